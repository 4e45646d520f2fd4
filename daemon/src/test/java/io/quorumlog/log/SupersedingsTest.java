package io.quorumlog.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SupersedingsTest {
    @Test
    void entryIsSupersededByWhateverStandsBehindItAtOrBelowItsIndex() {
        for (long seed = 0; seed < 500; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final List<Long> stream = new ArrayList<>();
            final Supersedings supersedings = new Supersedings();
            for (int position = 0; position < 60; position++) {
                final long last = position == 0 ? 0 : stream.get(position - 1);
                final boolean isConflict = last > 0 && random.nextInt(4) == 0;
                final long index = isConflict ? 1 + random.nextLong(last) : last + 1;
                if (isConflict) {
                    supersedings.add(position, index);
                }
                stream.add(index);
            }

            for (int position = 0; position < stream.size(); position++) {
                final long index = stream.get(position);
                final boolean expected =
                        stream.subList(position + 1, stream.size()).stream().anyMatch(later -> later <= index);
                assertEquals(
                        expected, supersedings.isSuperseded(position, index), "seed " + seed + " position " + position);
            }
        }
    }
}
