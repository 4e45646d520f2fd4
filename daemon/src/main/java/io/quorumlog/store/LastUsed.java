package io.quorumlog.store;

/**
 * A few things, of which the one that was used longest ago makes room for another. Kept in the order of their last use, so
 * that what is used most is found first. Allocates nothing after it is made. One thread.
 *
 * @param <T> what is kept
 */
final class LastUsed<T> {
    private final T[] things; // the newest first

    /** @param things all that there are, {@code null} for those still to come; becomes this object's own */
    LastUsed(final T[] things) {
        this.things = things;
    }

    int size() {
        return things.length;
    }

    /** @param place 0 for what was used last */
    T get(final int place) {
        return things[place];
    }

    /** Uses what stands in a place, which moves to the first one. */
    T use(final int place) {
        final T used = things[place];
        System.arraycopy(things, 0, things, 1, place);
        things[0] = used;
        return used;
    }

    /** Uses what was used longest ago. */
    T useOldest() {
        return use(things.length - 1);
    }

    /** Puts another thing in the place of what was used last. */
    void replaceNewest(final T another) {
        things[0] = another;
    }
}
