package io.quorumlog.raft;

import static io.quorumlog.raft.CoreFixture.ELECTION_TIMEOUT_MS;
import static io.quorumlog.raft.CoreFixture.HEARTBEAT_MS;
import static io.quorumlog.raft.Messages.appendEntries;
import static io.quorumlog.raft.Messages.appendReply;
import static io.quorumlog.raft.Messages.preVoteReply;
import static io.quorumlog.raft.Messages.preVoteRequest;
import static io.quorumlog.raft.Messages.refusal;
import static io.quorumlog.raft.Messages.timeoutNow;
import static io.quorumlog.raft.Messages.transferPreVoteReply;
import static io.quorumlog.raft.Messages.transferPreVoteRequest;
import static io.quorumlog.raft.Messages.transferVoteRequest;
import static io.quorumlog.raft.Messages.voteReply;
import static io.quorumlog.raft.Messages.voteRequest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.RecordKind;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of Ongaro's thesis (2014), one test each; a group a section. Figure 3.1 has them on one page. */
class RaftThesisTest {
    /** 3.3: terms are a logical clock. */
    @Nested
    class Terms {
        /** 3.3, figure 3.1 "All servers": a later term is taken from any message, and makes a follower. */
        @ParameterizedTest
        @ValueSource(strings = {"VoteRequest", "VoteReply", "AppendEntries", "AppendReply", "TimeoutNow"})
        void leaderStepsDownAtALaterTerm(final String kind) {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.winAmongPuppets();

            fixture.receive(
                    1,
                    switch (kind) {
                        case "VoteRequest" -> transferVoteRequest(2, 7, 9, 6);
                        case "VoteReply" -> voteReply(2, 7, false);
                        case "AppendEntries" -> appendEntries(2, 7, 1, 1, 0);
                        case "AppendReply" -> appendReply(2, 7, 0, 0);
                        default -> timeoutNow(2, 7);
                    });

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(7, fixture.term(1));
        }

        /** 3.3: a candidate too. */
        @Test
        void candidateStepsDownAtALaterTerm() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 1, 2, true));
            fixture.flush(1);

            fixture.receive(1, voteReply(2, 5, false));

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(5, fixture.term(1));
        }

        /** 3.3: a request of an earlier term is refused, with the term that makes its sender step down. */
        @Test
        void requestOfAnEarlierTermIsRefused() {
            final CoreFixture fixture = CoreFixture.puppets(3, 5, 1);

            fixture.receive(1, appendEntries(2, 4, 1, 1, 1, 4));
            fixture.receive(1, voteRequest(3, 4, 9, 4));

            assertEquals(List.of("AppendReply term=5 match=0 round=0"), fixture.sent(1, 2));
            assertEquals(List.of("VoteReply term=5 requested=4 refused"), fixture.sent(1, 3));
            assertEquals(List.of(1L), fixture.terms(1));
            assertEquals(Raft.NONE, fixture.core(1).leaderId());
        }

        /** 3.3: answers of an earlier term mean nothing. */
        @Test
        void answersOfAnEarlierTermAreIgnored() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.winAmongPuppets();
            fixture.flush(1);

            fixture.receive(1, appendReply(2, 1, 2, 1));

            assertEquals(0, fixture.commit(1));
            assertEquals(0, fixture.core(1).matchIndex(2));
        }
    }

    /** 3.4: leader election. */
    @Nested
    class Elections {
        /** 3.4: members begin as followers, and stay that as long as a leader speaks. */
        @Test
        void followerStaysWhileTheLeaderSpeaks() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);

            for (int i = 0; i < 20; i++) {
                fixture.advance(ELECTION_TIMEOUT_MS - 1);
                fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
                fixture.fire(1);
            }

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(2, fixture.core(1).leaderId());
        }

        /** 3.4: silence for an election timeout begins an election; not before. */
        @Test
        void followerCampaignsAfterItsTimeoutAndNotBefore() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.draws(1, 500);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));

            fixture.advance(ELECTION_TIMEOUT_MS * 3 / 2 - 1);
            fixture.fire(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.advance(1);
            fixture.fire(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** 3.4: each timeout is drawn anew, between one and two of the shortest (row 34: equal timeouts split for ever). */
        @Test
        void electionTimeoutIsDrawnAnewEachTime() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);

            fixture.draws(1, 0, 0, 999, 0, 250, 0);
            for (final long expectedMs : new long[] {300, 599, 375}) {
                final long beforeMs = fixture.nowMs();
                fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
                fixture.timeout(1);
                assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
                assertEquals(expectedMs, fixture.nowMs() - beforeMs, 1);
            }
            assertTrue(fixture.drawnBoundsMs(1).stream().allMatch(bound -> bound == ELECTION_TIMEOUT_MS));
        }

        /** 3.4: a candidate raises its term, votes for itself, and asks all others. */
        @Test
        void candidateVotesForItselfAndAsksAllOthers() {
            final CoreFixture fixture = CoreFixture.puppets(5, 3, 1, 3);
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 3, 4, true));
            fixture.receive(1, preVoteReply(3, 3, 4, true));
            fixture.dropAll();

            fixture.flush(1);

            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
            assertEquals(4, fixture.term(1));
            assertEquals(1, fixture.core(1).votedFor());
            for (int other = 2; other <= 5; other++) {
                assertEquals(List.of("VoteRequest term=4 last=2@3"), fixture.sent(1, other));
            }
        }

        /** 3.4: a majority makes a leader, one vote less does not. */
        @ParameterizedTest
        @CsvSource({"2, 1", "3, 1", "4, 2", "5, 2", "7, 3"})
        void candidateWinsWithAMajority(final int members, final int votesNeeded) {
            final CoreFixture fixture = candidate(members);

            for (int other = 2; other < 2 + votesNeeded; other++) {
                assertEquals(RoleKind.CANDIDATE, fixture.role(1));
                fixture.receive(1, voteReply(other, 1, true));
            }

            assertEquals(RoleKind.LEADER, fixture.role(1));
            assertEquals(1, fixture.core(1).leaderId());
        }

        /** 3.4: the only member elects itself. */
        @Test
        void onlyMemberElectsItself() {
            final CoreFixture fixture = CoreFixture.cluster(1);

            fixture.elect(1);

            assertEquals(1, fixture.term(1));
            assertEquals(1, fixture.commit(1));
        }

        /** 3.4: a candidate that hears the term's leader follows it. */
        @Test
        void candidateFollowsTheLeaderOfItsTerm() {
            final CoreFixture fixture = candidate(3);

            fixture.receive(1, appendEntries(3, 1, 0, 0, 0, 1));

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(3, fixture.core(1).leaderId());
            assertEquals(1, fixture.core(1).votedFor());
        }

        /** 3.4: a split vote ends with another election in a later term. */
        @Test
        void splitVoteEndsWithALeaderOfALaterTerm() {
            final CoreFixture fixture = CoreFixture.cluster(4);
            for (final int id : new int[] {1, 2}) {
                fixture.timeout(id);
                fixture.receive(id, preVoteReply(3, 0, 1, true));
                fixture.receive(id, preVoteReply(4, 0, 1, true));
                fixture.flush(id);
            }
            fixture.drop(1, 4);
            fixture.drop(2, 3);
            fixture.settle();
            assertEquals(0, fixture.leader());

            fixture.run(10 * ELECTION_TIMEOUT_MS);

            assertNotEquals(0, fixture.leader());
            assertTrue(fixture.term(fixture.leader()) > 1);
        }

        /** 3.4: one vote a term, first come, first served; the same candidate may ask again. */
        @Test
        void memberVotesOnceATerm() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1);
            fixture.receive(1, voteRequest(2, 5, 1, 1));
            fixture.flush(1);
            assertEquals(List.of("VoteReply term=5 requested=5 granted"), fixture.taken(1, 2));

            fixture.receive(1, voteRequest(3, 5, 9, 4));
            fixture.receive(1, voteRequest(2, 5, 1, 1));

            assertEquals(List.of("VoteReply term=5 requested=5 refused"), fixture.sent(1, 3));
            assertEquals(List.of("VoteReply term=5 requested=5 granted"), fixture.sent(1, 2));
            assertEquals(2, fixture.core(1).votedFor());
        }

        /** 3.4: a new term brings a new vote, and nothing else does (row 10: vote kept, or reset in the same term). */
        @Test
        void voteIsResetWhenTheTermChangesAndOnlyThen() {
            final CoreFixture fixture = CoreFixture.puppets(5, 4, 1);
            fixture.receive(1, voteRequest(2, 5, 1, 1));
            fixture.flush(1);

            fixture.receive(1, voteRequest(3, 5, 1, 1));
            fixture.receive(1, voteReply(4, 5, false));
            fixture.receive(1, appendEntries(2, 5, 1, 1, 0));
            assertEquals(2, fixture.core(1).votedFor());

            fixture.receive(1, appendReply(4, 6, 0, 0));
            assertEquals(Raft.NONE, fixture.core(1).votedFor());

            fixture.receive(1, voteRequest(3, 6, 1, 1));
            assertEquals(3, fixture.core(1).votedFor());
        }

        /** 3.4 (row 35): a refused candidate leaves the election timer alone; a granted vote starts it anew. */
        @Test
        void onlyAGrantedVoteOrTheLeaderStartsTheElectionTimerAnew() {
            final CoreFixture fixture = CoreFixture.down(3).load(1, 4, 0, 1, 4);
            fixture.cut(1, 2); // With all members there, more than the timer would make it campaign.
            fixture.start(1);
            fixture.flush(1);
            final long deadlineNs = fixture.core(1).deadlineNs();
            fixture.advance(10);

            fixture.receive(1, voteRequest(2, 5, 9, 1));
            fixture.receive(1, appendEntries(3, 4, 2, 4, 0));
            fixture.receive(1, voteReply(3, 5, false));
            fixture.receive(1, preVoteRequest(3, 6, 9, 9));
            assertEquals(deadlineNs, fixture.core(1).deadlineNs());

            fixture.receive(1, voteRequest(3, 5, 9, 4));
            assertEquals(deadlineNs + 10_000_000, fixture.core(1).deadlineNs());
            fixture.advance(10);
            fixture.receive(1, appendEntries(3, 5, 2, 4, 0));
            assertEquals(deadlineNs + 20_000_000, fixture.core(1).deadlineNs());
        }

        /** 3.4 (row 9): votes are a set: one that comes twice counts once. */
        @Test
        void voteThatArrivesTwiceCountsOnce() {
            final CoreFixture fixture = candidate(5);

            fixture.receive(1, voteReply(2, 1, true));
            fixture.receive(1, voteReply(2, 1, true));
            fixture.receive(1, voteReply(2, 1, true));

            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
        }

        /** 3.4 (row 9): a vote of an earlier election, or a pre-vote, is no vote. */
        @Test
        void voteOfAnEarlierTermDoesNotCount() {
            final CoreFixture fixture = candidate(3);
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 1, 2, true));
            fixture.flush(1);
            assertEquals(2, fixture.term(1));

            fixture.receive(1, voteReply(2, 1, true));
            fixture.receive(1, preVoteReply(3, 1, 2, true));

            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
        }

        /** 3.4: an election that can't be won any more is not waited for. */
        @Test
        void candidateWithoutAChanceCampaignsAgainSoon() {
            final CoreFixture fixture = candidate(3);

            fixture.receive(1, voteReply(2, 1, false));
            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
            fixture.receive(1, voteReply(3, 1, false));

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            final long beforeMs = fixture.nowMs();
            fixture.timeout(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
            assertTrue(fixture.nowMs() - beforeMs < HEARTBEAT_MS);
        }

        private CoreFixture candidate(final int members) {
            final CoreFixture fixture = CoreFixture.puppets(members, 0);
            fixture.timeout(1);
            for (int other = 2; other <= members && fixture.role(1) == RoleKind.PRE_CANDIDATE; other++) {
                fixture.receive(1, preVoteReply(other, 0, 1, true));
            }
            fixture.flush(1);
            fixture.dropAll();
            return fixture;
        }
    }

    /** 3.5: log replication. */
    @Nested
    class Replication {
        /** 3.5: a leader appends, replicates, commits, and tells the followers with its next message. */
        @Test
        void entryIsReplicatedCommittedAndTold() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);

            final long index = fixture.propose(1, "payload");
            fixture.settle();
            assertEquals(index, fixture.commit(1));

            fixture.heartbeat(1);
            for (int id = 1; id <= 3; id++) {
                assertEquals(List.of(1L, 1L), fixture.terms(id));
                assertEquals(2, fixture.commit(id));
                assertEquals(RecordKind.CLIENT, fixture.log(id).kindAt(2));
            }
        }

        /** 3.5: a follower refuses what would leave a gap, and says where its log ends. */
        @Test
        void followerRefusesAGap() {
            final CoreFixture fixture = CoreFixture.puppets(3, 2, 1, 2);

            fixture.receive(1, appendEntries(2, 2, 3, 2, 0, 2));

            assertEquals(List.of("AppendReply term=2 match=0 round=0 refused prev=3 hint=2@2"), fixture.sent(1, 2));
            assertEquals(List.of(1L, 2L), fixture.terms(1));
        }

        /** 3.5: a follower refuses entries behind one of another term; its hint passes that whole term. */
        @Test
        void followerRefusesAConflictAndPassesTheTerm() {
            final CoreFixture fixture = CoreFixture.puppets(3, 5, 1, 1, 3, 3, 3);

            fixture.receive(1, appendEntries(2, 5, 5, 2, 0, 5));

            assertEquals(List.of("AppendReply term=5 match=0 round=0 refused prev=5 hint=2@1"), fixture.sent(1, 2));
        }

        /** 3.5: an entry that conflicts supersedes what is there, and all behind it. */
        @Test
        void conflictingEntrySupersedesTheTail() {
            final CoreFixture fixture = CoreFixture.puppets(3, 3, 1, 2, 2, 2);

            fixture.receive(1, appendEntries(2, 3, 1, 1, 0, 3));

            assertEquals(List.of(1L, 3L), fixture.terms(1));
            assertEquals(List.of("AppendReply term=3 match=1 round=0"), fixture.taken(1, 2));
            fixture.flush(1);
            assertEquals(List.of("AppendReply term=3 match=2 round=0"), fixture.sent(1, 2));
        }

        /** 3.5 (row 3): only a conflict cuts; a late, shorter message leaves what came after it. */
        @Test
        void lateMessageCutsNothingOff() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            final byte[] early = appendEntries(2, 1, 1, 1, 0, 1, 1);
            fixture.receive(1, early);
            fixture.receive(1, appendEntries(2, 1, 3, 1, 0, 1, 1));
            fixture.flush(1);
            fixture.dropAll();
            final long records = fixture.log(1).lastRecordSeq();

            fixture.receive(1, early);
            fixture.receive(1, appendEntries(2, 1, 0, 0, 0));
            fixture.receive(1, appendEntries(2, 1, 2, 1, 0, 1));

            assertEquals(List.of(1L, 1L, 1L, 1L, 1L), fixture.terms(1));
            assertEquals(records, fixture.log(1).lastRecordSeq());
        }

        /** 3.5: a message that overlaps appends only what is new. */
        @Test
        void overlappingMessageAppendsWhatIsNew() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1, 1);

            fixture.receive(1, appendEntries(2, 1, 0, 0, 0, 1, 1, 1));

            assertEquals(1, fixture.log(1).lastRecordSeq());
            assertEquals(List.of(1L, 1L, 1L), fixture.terms(1));
        }

        /**
         * 3.5 (row 6): what a follower acknowledges is what the leader's messages have shown to agree, not its own last entry.
         */
        @Test
        void followerAcknowledgesOnlyWhatTheLeaderHasVerified() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 1, 2, 2, 2);

            fixture.receive(1, appendEntries(2, 4, 2, 1, 0));

            assertEquals(List.of("AppendReply term=4 match=2 round=0"), fixture.sent(1, 2));
        }

        /** 3.5: a new leader knows nothing about what another had verified. */
        @Test
        void newLeaderVerifiesAnew() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 1, 4, 4);
            fixture.receive(1, appendEntries(2, 4, 4, 4, 0));
            fixture.flush(1);
            fixture.dropAll();

            fixture.receive(1, appendEntries(3, 5, 2, 1, 2));
            fixture.flush(1);

            assertEquals(List.of("AppendReply term=5 match=2 round=0"), fixture.sent(1, 3));
            assertEquals(2, fixture.commit(1));
        }

        /** 3.5: after a refusal the leader goes back to where the logs can agree, and never below what it knows. */
        @Test
        void leaderGoesBackAWholeTermAfterARefusal() {
            final CoreFixture fixture = CoreFixture.puppets(3, 6, 1, 1, 4, 4, 4, 6, 6);
            fixture.winAmongPuppets();
            fixture.heartbeat(1);
            fixture.dropAll();

            fixture.receive(1, refusal(2, 7, 0, 7, 7, 2));

            assertEquals(
                    List.of("AppendEntries term=7 prev=2@1 commit=0 round=1 entries=3@4,4@4,5@4,6@6,7@6,8@7"),
                    fixture.sent(1, 2));
        }

        /** 3.5, figure 3.6: every log that can come about becomes the leader's. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "1 1 1 4 4 5 5 6 6",
                    "1 1 1 4",
                    "1 1 1 4 4 5 5 6 6 6 6",
                    "1 1 1 4 4 5 5 6 6 6 7 7",
                    "1 1 1 4 4 4 4",
                    "1 1 1 2 2 2 3 3 3 3 3"
                })
        void everyLogOfFigure36BecomesTheLeaders(final String follower) {
            final long[] terms = List.of(follower.split(" ")).stream()
                    .mapToLong(Long::parseLong)
                    .toArray();
            final CoreFixture fixture = CoreFixture.down(3)
                    .load(1, 7, Raft.NONE, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6)
                    .load(2, 7, Raft.NONE, terms)
                    .load(3, 7, Raft.NONE, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6);
            fixture.start(1).start(3);
            fixture.elect(1);

            fixture.start(2);
            fixture.heartbeat(1);
            fixture.heartbeat(1);

            assertEquals(List.of(1L, 1L, 1L, 4L, 4L, 5L, 5L, 6L, 6L, 6L, 8L), fixture.terms(2));
            assertEquals(11, fixture.commit(2));
        }

        /** 3.5: a leader appends to its log and never changes it. */
        @Test
        void leaderNeverSupersedesItsOwnEntries() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.takeEvents();

            for (int i = 0; i < 20; i++) {
                fixture.propose(1, "payload " + i);
            }
            fixture.settle();

            assertTrue(fixture.takeEvents().stream().noneMatch(event -> event.contains("superseding")));
        }

        /** 3.5: an idle leader sends heartbeats, the first of them at once. */
        @Test
        void leaderSpeaksAtOnceAndInEachHeartbeat() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 0, 1, true));
            fixture.flush(1);
            fixture.dropAll();

            fixture.receive(1, voteReply(2, 1, true));
            assertEquals(List.of("AppendEntries term=1 prev=0@0 commit=0 round=0 entries=1@1"), fixture.taken(1, 3));

            fixture.advance(HEARTBEAT_MS - 1);
            fixture.fire(1);
            assertEquals(List.of(), fixture.sent(1, 3));

            fixture.advance(1);
            fixture.fire(1);
            assertEquals(1, fixture.sent(1, 3).size());
        }
    }

    /** 3.6: safety. */
    @Nested
    class Safety {
        /** 3.6.1 (row 5): the last terms decide; the indexes only where the terms are equal. */
        @ParameterizedTest
        @CsvSource({
            "3, 3, true",
            "4, 3, true",
            "2, 3, false",
            "9, 2, false",
            "1, 4, true",
            "3, 2, false",
            "0, 0, false",
        })
        void voterComparesTheLastTermBeforeTheIndex(final long lastIndex, final long lastTerm, final boolean granted) {
            final CoreFixture fixture = CoreFixture.puppets(3, 5, 1, 3, 3);

            fixture.receive(1, preVoteRequest(2, 6, lastIndex, lastTerm));
            fixture.receive(1, voteRequest(2, 6, lastIndex, lastTerm));
            fixture.flush(1);

            final String verdict = granted ? "granted" : "refused";
            assertEquals(
                    "PreVoteReply term=5 requested=6 " + verdict,
                    fixture.sent(1, 2).get(0));
            assertEquals(granted ? 2 : Raft.NONE, fixture.core(1).votedFor());
        }

        /** 3.6.1: a member that lacks committed entries can't win, however often it tries. */
        @Test
        void memberThatLacksCommittedEntriesIsNotElected() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.isolate(3);
            fixture.propose(1, "committed without 3");
            fixture.settle();
            fixture.crash(1);
            fixture.unmute();

            for (int i = 0; i < 3; i++) {
                fixture.timeout(3);
                fixture.settle();
            }
            assertEquals(0, fixture.leader());
            fixture.run(4 * ELECTION_TIMEOUT_MS);

            assertEquals(2, fixture.leader());
        }

        /**
         * 3.6.2, figure 3.7 (row 4), step by step. The entry of term 2 is on a majority in (c), and must not count as
         * committed there: in (d) it is overwritten. In (e) it commits with an entry of the leader's own term.
         */
        @Test
        void figure37EntryOfAnEarlierTermIsNotCommittedByCountingReplicas() {
            // (a) S1 leads term 2 and has replicated index 2 to S2 only. (b) S5 led term 3, with an entry of its own at
            // 2.
            final CoreFixture fixture = CoreFixture.down(5)
                    .load(1, 3, Raft.NONE, 1, 2)
                    .load(2, 3, Raft.NONE, 1, 2)
                    .load(3, 3, 5, 1)
                    .load(4, 3, 5, 1)
                    .load(5, 3, 5, 1, 3);
            for (int id = 1; id <= 4; id++) {
                fixture.start(id);
            }

            // (c) S5 is down; S1 leads term 4 and brings its entry of term 2 to S3, but not yet the one of term 4.
            fixture.timeout(1);
            for (int i = 0; i < 10 && fixture.role(1) != RoleKind.LEADER; i++) {
                for (int other = 2; other <= 4; other++) {
                    fixture.deliverAll(1, other);
                    fixture.flush(other);
                    fixture.deliverAll(other, 1);
                }
                fixture.flush(1);
            }
            fixture.dropAll();
            fixture.receive(3, appendEntries(1, 4, 1, 1, 0, 2));
            fixture.flush(3);
            fixture.receive(2, appendEntries(1, 4, 2, 2, 0));
            fixture.flush(2);
            fixture.deliverAll(2, 1);
            fixture.deliverAll(3, 1);
            assertEquals(2, fixture.core(1).matchIndex(2));
            assertEquals(2, fixture.core(1).matchIndex(3));
            assertEquals(0, fixture.commit(1));

            // (d) S1 crashes; S5 is elected by S3 and S4 (S3's last term is 2, S5's is 3) and overwrites index 2.
            fixture.crash(1);
            fixture.start(5);
            for (int i = 0; i < 3 && fixture.leader() != 5; i++) {
                fixture.timeout(5);
                fixture.settle();
            }
            assertEquals(5, fixture.leader());
            assertEquals(3, fixture.terms(3).get(1));
            assertEquals(3, fixture.terms(2).get(1));
        }

        /** 3.6.2, figure 3.7 (e): with an entry of its own term on a majority, all before it is committed too. */
        @Test
        void figure37EntryOfTheOwnTermCommitsThoseBeforeIt() {
            final CoreFixture fixture = CoreFixture.puppets(5, 3, 1, 2);
            fixture.winAmongPuppets();
            fixture.flush(1);

            fixture.receive(1, appendReply(2, 4, 2, 0));
            fixture.receive(1, appendReply(3, 4, 2, 0));
            assertEquals(0, fixture.commit(1));

            fixture.receive(1, appendReply(2, 4, 3, 0));
            assertEquals(0, fixture.commit(1));
            fixture.receive(1, appendReply(3, 4, 3, 0));
            assertEquals(3, fixture.commit(1));
        }

        /** 3.5, figure 3.1 (row 8): a follower commits no further than the leader's messages have shown its log to agree. */
        @Test
        void followerCommitsNoFurtherThanItIsVerified() {
            final CoreFixture fixture = CoreFixture.puppets(3, 3, 1, 2, 2);

            fixture.receive(1, appendEntries(2, 3, 1, 1, 3));
            assertEquals(1, fixture.commit(1));

            fixture.receive(1, appendEntries(2, 3, 1, 1, 3, 3, 3));
            assertEquals(3, fixture.commit(1));
            assertEquals(List.of(1L, 3L, 3L), fixture.terms(1));
        }

        /** Figure 3.1: the commit index never falls, whatever a late message says. */
        @Test
        void commitIndexNeverFalls() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 2, 1, 2));

            fixture.receive(1, appendEntries(2, 1, 2, 1, 1));

            assertEquals(2, fixture.commit(1));
        }

        /** 3.6.3 (row 7): a late answer moves neither match index nor commit index back. */
        @Test
        void lateAnswerMovesNothingBack() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            for (int i = 0; i < 5; i++) {
                fixture.propose(1, "payload");
            }
            fixture.flush(1);
            fixture.receive(1, appendReply(2, 1, 6, 0));
            fixture.dropAll();

            fixture.receive(1, appendReply(2, 1, 3, 0));
            fixture.receive(1, refusal(2, 1, 0, 4, 3, 1));
            fixture.receive(1, refusal(2, 1, 0, 6, 0, 0));

            assertEquals(6, fixture.core(1).matchIndex(2));
            assertEquals(6, fixture.commit(1));
            assertTrue(fixture.sent(1, 2).isEmpty(), () -> "sent again: " + fixture.sent(1, 2));
        }
    }

    /** 3.8: what must survive a crash before it is spoken of. */
    @Nested
    class PersistedState {
        /** 3.8 (row 1): a vote is told when it is durable, and no sooner. */
        @Test
        void voteIsToldOnceItIsDurable() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);

            fixture.receive(1, voteRequest(2, 5, 1, 1));
            fixture.advance(1);
            fixture.fire(1);
            assertTrue(fixture.isSilent(1));

            fixture.flush(1);
            assertEquals(List.of("VoteReply term=5 requested=5 granted"), fixture.sent(1, 2));
        }

        /** 3.8 (row 1): a flush that ends before the vote was written says nothing about it. */
        @Test
        void flushOfEarlierRecordsTellsNoVote() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1, 1));
            fixture.receive(1, voteReply(3, 4, false));
            fixture.receive(1, voteRequest(3, 5, 9, 4));
            fixture.dropAll();

            fixture.flushTo(1, 2);
            fixture.flushTo(1, 3);
            assertTrue(fixture.isSilent(1));

            fixture.flushTo(1, 4);
            assertEquals(List.of("VoteReply term=5 requested=5 granted"), fixture.sent(1, 3));
        }

        /** 3.8: a restarted member remembers its vote. */
        @Test
        void restartedMemberVotesForNobodyElseInTheTerm() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, voteRequest(2, 5, 1, 1));
            fixture.flush(1);
            fixture.restart(1);

            fixture.receive(1, voteRequest(3, 5, 9, 4));

            assertEquals(2, fixture.core(1).votedFor());
            assertEquals(List.of("VoteReply term=5 requested=5 refused"), fixture.sent(1, 3));
        }

        /** 3.8 (row 1): a vote that a crash loses was told to nobody, so that the next one is the first. */
        @Test
        void voteLostInACrashWasNotTold() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, voteRequest(2, 5, 1, 1));
            assertTrue(fixture.isSilent(1));
            fixture.restart(1);
            assertEquals(1, fixture.term(1));

            fixture.receive(1, voteRequest(3, 5, 1, 1));
            fixture.flush(1);

            assertEquals(List.of("VoteReply term=5 requested=5 granted"), fixture.sent(1, 3));
            assertTrue(fixture.sent(1, 2).isEmpty());
        }

        /** 3.8: votes are asked for when the own vote, and the entries that the request speaks of, are durable. */
        @Test
        void candidateAsksOnceItsOwnVoteIsDurable() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.draws(1, 0);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1));
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 1, 2, true));
            fixture.dropAll();

            fixture.flushTo(1, 1);
            assertTrue(fixture.isSilent(1));

            fixture.flush(1);
            assertEquals(List.of("VoteRequest term=2 last=2@1"), fixture.sent(1, 3));
        }

        /** 3.8: the own vote counts when it is durable, and no sooner. */
        @Test
        void candidateCountsItsOwnVoteOnceItIsDurable() {
            final CoreFixture fixture = CoreFixture.cluster(1);
            fixture.timeout(1);
            assertEquals(RoleKind.CANDIDATE, fixture.role(1));

            fixture.flush(1);
            assertEquals(RoleKind.LEADER, fixture.role(1));
        }

        /** 3.8 (row 2): entries are acknowledged when they are durable; one flush, one answer. */
        @Test
        void entriesAreAcknowledgedOnceTheyAreDurable() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1));
            assertEquals(List.of("AppendReply term=1 match=1 round=0"), fixture.taken(1, 2));
            fixture.receive(1, appendEntries(2, 1, 2, 1, 0, 1, 1));
            assertTrue(fixture.isSilent(1));

            fixture.flushTo(1, 2);
            assertEquals(List.of("AppendReply term=1 match=3 round=0"), fixture.taken(1, 2));

            fixture.flush(1);
            assertEquals(List.of("AppendReply term=1 match=4 round=0"), fixture.sent(1, 2));
        }

        /** 3.8 (row 2): a heartbeat's answer too says what is durable, not what is written. */
        @Test
        void heartbeatsAnswerSaysWhatIsDurable() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1, 1));
            fixture.dropAll();

            fixture.receive(1, appendEntries(2, 1, 3, 1, 0));

            assertEquals(List.of("AppendReply term=1 match=1 round=0"), fixture.sent(1, 2));
        }

        /** 3.8: an entry that superseded a flushed one is not durable because its index was. */
        @Test
        void supersedingEntryIsDurableOnlyByItsOwnRecord() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1, 1, 1));
            fixture.receive(1, appendEntries(3, 2, 1, 1, 0, 2, 2));
            fixture.flushTo(1, 4);
            fixture.dropAll();

            fixture.receive(1, appendEntries(3, 2, 3, 2, 0));
            assertEquals(List.of("AppendReply term=2 match=1 round=0"), fixture.taken(1, 3));

            fixture.flushTo(1, 5);
            assertEquals(List.of("AppendReply term=2 match=2 round=0"), fixture.taken(1, 3));
            fixture.flush(1);
            assertEquals(List.of("AppendReply term=2 match=3 round=0"), fixture.taken(1, 3));
        }

        /** 3.8: a refusal waits for the term that it names. */
        @Test
        void refusalWaitsForItsTerm() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);

            fixture.receive(1, appendEntries(2, 4, 9, 3, 0));
            fixture.receive(1, voteRequest(3, 3, 9, 3));
            fixture.receive(1, preVoteRequest(3, 9, 9, 9));
            assertTrue(fixture.isSilent(1));

            fixture.flush(1);
            assertEquals(List.of("AppendReply term=4 match=0 round=0 refused prev=9 hint=1@1"), fixture.sent(1, 2));
        }
    }

    /** 3.10: leadership transfer. */
    @Nested
    class Transfer {
        /** 3.10: the target leads within an exchange of messages, in the next term, though all hear the old leader. */
        @Test
        void targetLeadsAtOnce() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);

            assertNull(fixture.transfer(1, 3));
            fixture.settle();
            fixture.fire(3);
            fixture.settle();
            fixture.fire(3);
            fixture.settle();

            assertEquals(RoleKind.LEADER, fixture.role(3));
            assertEquals(2, fixture.term(3));
            assertEquals(3, fixture.core(1).leaderId());
        }

        /** 3.10 (row 33): no entry is taken meanwhile. */
        @Test
        void leaderTakesNoEntriesMeanwhile() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);

            fixture.transfer(1, 2);

            assertFalse(fixture.core(1).acceptsProposals());
            assertEquals(Raft.NOT_ACCEPTED, fixture.propose(1, "refused"));
        }

        /** 3.10: the target is told once it holds all of the log durably, and told once. */
        @Test
        void targetIsToldOnceItHoldsAll() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            fixture.propose(1, "payload");
            fixture.receive(1, appendReply(2, 1, 1, 0));
            fixture.dropAll();

            fixture.transfer(1, 2);
            assertFalse(fixture.sent(1, 2).contains("TimeoutNow term=1"));

            fixture.receive(1, appendReply(2, 1, 2, 0));
            assertEquals(List.of("TimeoutNow term=1"), fixture.taken(1, 2));
            fixture.receive(1, appendReply(2, 1, 2, 0));
            assertTrue(fixture.sent(1, 2).isEmpty());
        }

        /** 3.10 (row 33): it ends after an election timeout, and the leader goes on in its term. */
        @Test
        void transferEndsAfterAnElectionTimeout() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.mute(1, 3);
            assertNull(fixture.transfer(1, 3));

            fixture.run(ELECTION_TIMEOUT_MS - 1);
            assertTrue(fixture.core(1).isTransferring());
            fixture.run(1);

            assertFalse(fixture.core(1).isTransferring());
            assertEquals(RoleKind.LEADER, fixture.role(1));
            assertNotEquals(Raft.NOT_ACCEPTED, fixture.propose(1, "taken again"));
        }

        /** 3.10: what can't be begun is refused in words. */
        @Test
        void transferThatMakesNoSenseIsRefused() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.cut(1, 3);

            assertNotNull(fixture.transfer(1, 1));
            assertNotNull(fixture.transfer(1, 9));
            assertNotNull(fixture.transfer(1, 3));
            assertNotNull(fixture.transfer(2, 3));
            assertNull(fixture.transfer(1, 2));
            assertNotNull(fixture.transfer(1, 2));
        }

        /** 3.10: only the current leader makes a member campaign. */
        @Test
        void timeoutNowOfAnotherIsIgnored() {
            final CoreFixture fixture = CoreFixture.puppets(3, 2, 1);
            fixture.receive(1, appendEntries(2, 2, 1, 1, 0));

            fixture.receive(1, timeoutNow(3, 2));
            fixture.receive(1, timeoutNow(2, 1));
            fixture.fire(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.receive(1, timeoutNow(2, 2));
            fixture.fire(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** Member 1 of so many, which follows 2 in term 2 and was told to campaign. */
        private CoreFixture toldToCampaign(final int members) {
            final CoreFixture fixture = CoreFixture.puppets(members, 2, 1);
            fixture.receive(1, appendEntries(2, 2, 1, 1, 0));
            fixture.receive(1, timeoutNow(2, 2));
            fixture.fire(1);
            return fixture;
        }

        /** One that is not heard, or that falls asleep, must not depose the leader that gave up: that one has to agree. */
        @Test
        void targetCampaignsOnceTheLeaderAgrees() {
            final CoreFixture fixture = toldToCampaign(3);

            fixture.receive(1, transferPreVoteReply(3, 2, 3, true));
            fixture.receive(1, preVoteReply(2, 2, 3, true));
            fixture.fire(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));

            fixture.receive(1, transferPreVoteReply(2, 2, 3, true));
            fixture.fire(1);
            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
            assertEquals(3, fixture.term(1));
        }

        /** And as the leader may have given up since it agreed, what else it has sent is read first. */
        @Test
        void targetThatHearsMoreOfTheLeaderThanThatItAgreesDoesNotCampaign() {
            final CoreFixture fixture = toldToCampaign(3);

            fixture.receiveInTurn(1, transferPreVoteReply(2, 2, 3, true), 2);
            fixture.receiveInTurn(1, appendEntries(2, 2, 1, 1, 0), 2);
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(2, fixture.term(1));
        }

        /** An opinion that was given for a transfer, whoever leads, counts for nobody who campaigns by himself. */
        @Test
        void agreementToATransferIsNoPreVote() {
            final CoreFixture fixture = CoreFixture.puppets(3, 2, 1);
            fixture.timeout(1);

            fixture.receive(1, transferPreVoteReply(2, 2, 3, true));
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));

            fixture.receive(1, preVoteReply(2, 2, 3, true));
            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
        }

        /** The leader agrees with the one to which it hands over, as long as it does; a follower has nothing against it. */
        @Test
        void leaderAgreesAsLongAsTheTransferLasts() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            fixture.receive(1, appendReply(2, 1, 1, 0));
            fixture.receive(1, appendReply(3, 1, 1, 0));
            fixture.transfer(1, 2);
            fixture.dropAll();

            fixture.receive(1, transferPreVoteRequest(2, 2, 1, 1));
            fixture.receive(1, transferPreVoteRequest(3, 2, 1, 1));
            assertEquals(List.of("PreVoteReply term=1 requested=2 granted transfer"), fixture.taken(1, 2));
            assertEquals(List.of("PreVoteReply term=1 requested=2 refused transfer"), fixture.taken(1, 3));

            fixture.advance(ELECTION_TIMEOUT_MS);
            fixture.receive(1, appendReply(2, 1, 1, 0));
            fixture.fire(1);
            fixture.dropAll();
            fixture.receive(1, transferPreVoteRequest(2, 2, 1, 1));
            assertEquals(List.of("PreVoteReply term=1 requested=2 refused transfer"), fixture.taken(1, 2));
        }

        /** Each read wants a round, and each round would take back what the target was told. */
        @Test
        void readsDoNotKeepTheTargetFromCampaigning() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            fixture.receive(1, appendReply(2, 1, 1, 0));
            fixture.transfer(1, 2);
            fixture.receive(1, appendReply(3, 1, 1, 0));
            assertTrue(fixture.sent(1, 2).contains("TimeoutNow term=1"));
            fixture.dropAll();

            fixture.core(1).requestRead();
            fixture.receive(1, transferPreVoteRequest(2, 2, 1, 1));

            assertEquals(List.of("PreVoteReply term=1 requested=2 granted transfer"), fixture.taken(1, 2));
            assertEquals(1, fixture.taken(1, 3).size());
        }

        /** What the target owes the leader leaves before it campaigns: of two members, the leader has no other answer. */
        @Test
        void targetAnswersAHeartbeatBeforeItCampaigns() {
            final CoreFixture fixture = CoreFixture.puppets(3, 2, 1);
            fixture.receive(1, appendEntries(2, 2, 1, 1, 0));
            fixture.dropAll();

            fixture.receiveInTurn(1, appendEntries(2, 2, 1, 1, 1), 2);
            fixture.receiveInTurn(1, timeoutNow(2, 2), 2);
            fixture.fire(1);

            assertEquals(
                    "AppendReply term=2 match=1 round=0", fixture.taken(1, 2).get(0));
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** One broken link deposes nobody, not even while leadership is handed over. */
        @Test
        void targetStillHearsItsLeader() {
            final CoreFixture fixture = toldToCampaign(3);
            fixture.advance(HEARTBEAT_MS); // from then on it would not go before another
            fixture.dropAll();

            fixture.receive(1, preVoteRequest(3, 3, 1, 1));

            assertEquals(
                    "PreVoteReply term=2 requested=3 refused",
                    fixture.taken(1, 3).get(0));
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
            assertEquals(2, fixture.core(1).leaderId());
        }

        /** A rival that lost only its own link to the leader does not go before the one to which leadership is handed. */
        @Test
        void transferGoesBeforeWhoCampaignsByHimself() {
            final CoreFixture fixture = CoreFixture.puppets(3, 2, 1);
            fixture.timeout(1);
            fixture.dropAll();

            fixture.receive(1, transferPreVoteRequest(3, 3, 1, 1));

            assertEquals(List.of("PreVoteReply term=2 requested=3 granted transfer"), fixture.taken(1, 3));
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }

        /** By the time that the leader has given up, what it agreed to is worth nothing. */
        @Test
        void agreementIsOverWithTheTransfer() {
            final CoreFixture fixture = toldToCampaign(5);
            fixture.receive(1, transferPreVoteReply(2, 2, 3, true));
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));

            fixture.advance(ELECTION_TIMEOUT_MS);
            fixture.receive(1, transferPreVoteReply(3, 2, 3, true));
            fixture.fire(1);

            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
            assertEquals(2, fixture.term(1));
            assertEquals("PreVoteRequest term=3 last=1@1", fixture.taken(1, 3).get(1));
        }

        /** A large message of the leader that is only partly there is one all the same. */
        @Test
        void entriesUnderWayTakeTheTransferBack() {
            final CoreFixture fixture = toldToCampaign(3);

            fixture.core(1).onEntriesUnderWay(2, 2);
            fixture.receive(1, transferPreVoteReply(2, 2, 3, true));
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(2, fixture.core(1).leaderId());
        }

        /** One whose leader dies while it hands over has nobody to wait for. */
        @Test
        void targetWhoseLeaderDiesCampaignsByItself() {
            final CoreFixture fixture = toldToCampaign(3);
            fixture.dropAll();

            fixture.core(1).onConnection(2, false);
            assertEquals(List.of("PreVoteRequest term=3 last=1@1"), fixture.taken(1, 3));
            fixture.receive(1, preVoteReply(3, 2, 3, true));
            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
        }

        /** Row 33: a target that slept while the leader gave up finds in its socket that it is to campaign, and more. */
        @Test
        void targetThatHearsMoreOfTheLeaderDoesNotCampaign() {
            final CoreFixture fixture = CoreFixture.puppets(3, 2, 1);
            fixture.receive(1, appendEntries(2, 2, 1, 1, 0));

            fixture.receiveInTurn(1, timeoutNow(2, 2), 2);
            fixture.receiveInTurn(1, appendEntries(2, 2, 1, 1, 0), 2);
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(2, fixture.term(1));
        }

        /** And so a leader that has not given up says it again behind whatever else it says. */
        @Test
        void targetIsToldAgainBehindAHeartbeat() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            fixture.receive(1, appendReply(2, 1, 1, 0));
            fixture.transfer(1, 2);
            fixture.dropAll();

            fixture.timeout(1);

            final List<String> sent = fixture.taken(1, 2);
            assertTrue(sent.get(0).startsWith("AppendEntries"), sent::toString);
            assertEquals("TimeoutNow term=1", sent.get(sent.size() - 1));
        }
    }

    /** 4.2.3: who hears a leader is not disturbed. */
    @Nested
    class Stickiness {
        /** 4.2.3 (row 11): a vote request within an election timeout of a leader's message is ignored, its term too. */
        @Test
        void followerThatHearsALeaderDoesNotEvenTakeTheTerm() {
            final CoreFixture fixture = CoreFixture.puppets(3, 2, 1);
            fixture.receive(1, appendEntries(2, 2, 1, 1, 0));
            fixture.dropAll();

            fixture.advance(ELECTION_TIMEOUT_MS - 1);
            fixture.receive(1, voteRequest(3, 9, 9, 8));
            assertEquals(2, fixture.term(1));
            assertTrue(fixture.isSilent(1));

            fixture.advance(1);
            fixture.receive(1, voteRequest(3, 9, 9, 8));
            assertEquals(9, fixture.term(1));
            assertEquals(3, fixture.core(1).votedFor());
        }

        /** 4.2.3: a leader is not deposed by a request either. */
        @Test
        void leaderIgnoresVoteRequests() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.winAmongPuppets();

            fixture.receive(1, voteRequest(3, 9, 9, 8));

            assertEquals(RoleKind.LEADER, fixture.role(1));
            assertEquals(2, fixture.term(1));
        }

        /** 4.2.3: a transfer's candidate is the leader's own wish. */
        @Test
        void candidateOfATransferIsHeard() {
            final CoreFixture fixture = CoreFixture.puppets(3, 2, 1);
            fixture.receive(1, appendEntries(2, 2, 1, 1, 0));

            fixture.receive(1, transferVoteRequest(3, 3, 9, 2));

            assertEquals(3, fixture.core(1).votedFor());
        }

        /** 4.2.3: a member in a later term, come about however, ends the earlier leader's office by its answer. */
        @Test
        void leaderOfAnEarlierTermLearnsOfTheLaterOne() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.receive(3, voteReply(2, 9, false));

            fixture.run(20 * ELECTION_TIMEOUT_MS);

            final int leader = fixture.leader();
            assertTrue(fixture.term(leader) > 9);
            for (int id = 1; id <= 3; id++) {
                assertEquals(leader, fixture.core(id).leaderId());
            }
        }
    }

    /** 6.2: check-quorum. */
    @Nested
    class CheckQuorum {
        /** 6.2 (row 13): a leader that hears of no majority for an election timeout leaves office, in its term. */
        @Test
        void leaderThatHearsNoMajorityStepsDown() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.mute(2, 1);
            fixture.mute(3, 1);

            fixture.run(ELECTION_TIMEOUT_MS - HEARTBEAT_MS);
            assertEquals(RoleKind.LEADER, fixture.role(1));
            for (int i = 0; i < 3; i++) {
                fixture.advance(HEARTBEAT_MS);
                fixture.fire(1);
            }

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(1, fixture.term(1));
            final long contactMs = TimeUnit.NANOSECONDS.toMillis(fixture.core(1).lastLeaderContactNs());
            assertTrue(fixture.nowMs() - contactMs <= 2 * HEARTBEAT_MS, () -> contactMs + " of " + fixture.nowMs());
        }

        /** 6.2 (row 24): who takes long to receive a large message lives, and is no reason to leave office. */
        @Test
        void leaderThatHearsOfLifeStays() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.mute(2, 1);
            fixture.mute(3, 1);

            for (int i = 0; i < 2 * ELECTION_TIMEOUT_MS / HEARTBEAT_MS; i++) {
                fixture.advance(HEARTBEAT_MS);
                fixture.core(1).onAlive(2);
                fixture.fire(1);
            }

            assertEquals(RoleKind.LEADER, fixture.role(1));
        }

        /** 6.2 (row 13): with the deaf leader gone, those who hear each other elect another. */
        @Test
        void deafLeaderGivesWayToOneThatHears() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.mute(2, 1);
            fixture.mute(3, 1);

            fixture.run(10 * ELECTION_TIMEOUT_MS);

            assertNotEquals(1, fixture.leader());
            assertNotEquals(0, fixture.leader());
        }

        /** 6.2: a bare majority is enough. */
        @Test
        void leaderThatHearsABareMajorityStays() {
            final CoreFixture fixture = CoreFixture.cluster(5);
            fixture.elect(1);
            fixture.isolate(4);
            fixture.isolate(5);

            fixture.run(20 * ELECTION_TIMEOUT_MS);

            assertEquals(1, fixture.leader());
            assertEquals(1, fixture.term(1));
        }
    }

    /** 6.4: reads that are linearizable without being written to the log. */
    @Nested
    class ReadIndex {
        /** 6.4: a read is confirmed by a majority's answers to what was sent after it. */
        @Test
        void readIsConfirmedByAMajorityThatAnswersAfterIt() {
            final CoreFixture fixture = CoreFixture.puppets(5, 0);
            fixture.winAmongPuppets();
            fixture.flush(1);
            fixture.receive(1, appendReply(2, 1, 1, 0));
            fixture.receive(1, appendReply(3, 1, 1, 0));

            final long read = fixture.read(1);
            fixture.receive(1, appendReply(2, 1, 1, read));
            assertTrue(fixture.core(1).confirmedRead() < read);
            fixture.receive(1, appendReply(3, 1, 1, read - 1));
            assertTrue(fixture.core(1).confirmedRead() < read);

            fixture.receive(1, appendReply(4, 1, 0, read));
            assertEquals(read, fixture.core(1).confirmedRead());
        }

        /** 6.4 (row 14): an answer that was under way when the read began confirms nothing. */
        @Test
        void answerFromBeforeTheReadConfirmsNothing() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.advance(HEARTBEAT_MS);
            fixture.fire(1);
            for (final int other : new int[] {2, 3}) {
                fixture.deliverAll(1, other);
            }

            final long read = fixture.read(1);
            fixture.deliverAll(2, 1);
            fixture.deliverAll(3, 1);
            assertTrue(fixture.core(1).confirmedRead() < read);

            fixture.settle();
            assertEquals(read, fixture.core(1).confirmedRead());
        }

        /** 6.4 (row 15): no read is confirmed until an entry of the leader's own term is committed. */
        @Test
        void readWaitsForACommittedEntryOfTheLeadersOwnTerm() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1, 1);
            fixture.winAmongPuppets();
            final long read = fixture.read(1);
            fixture.flush(1);

            fixture.receive(1, appendReply(2, 2, 2, read));
            assertEquals(0, fixture.core(1).confirmedRead());

            fixture.receive(1, appendReply(2, 2, 3, read));
            assertEquals(read, fixture.core(1).confirmedRead());
        }

        /** 6.4 (row 14): a leader that was left behind confirms no read. */
        @Test
        void leaderLeftBehindConfirmsNoRead() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.isolate(1);

            final long read = fixture.read(1);
            fixture.run(20 * ELECTION_TIMEOUT_MS);
            assertTrue(fixture.core(1).confirmedRead() < read);
            fixture.unmute();
            fixture.run(ELECTION_TIMEOUT_MS);

            assertEquals(0, fixture.core(1).confirmedRead());
            assertEquals(Raft.NOT_ACCEPTED, fixture.read(1));
        }

        /** 6.4: the only member confirms its reads alone. */
        @Test
        void onlyMemberConfirmsAlone() {
            final CoreFixture fixture = CoreFixture.cluster(1);
            fixture.elect(1);

            final long read = fixture.read(1);

            assertEquals(read, fixture.core(1).confirmedRead());
        }

        /** 6.4 (row 36): a new leader appends an entry without payload, by which the entries before it commit. */
        @Test
        void newLeaderAppendsANoOpThatCommitsWhatIsBeforeIt() {
            final CoreFixture fixture = CoreFixture.down(3)
                    .load(1, 2, Raft.NONE, 1, 2)
                    .load(2, 2, Raft.NONE, 1, 2)
                    .load(3, 2, Raft.NONE, 1, 2);
            fixture.start(1).start(2).start(3);

            fixture.elect(2);

            assertEquals(3, fixture.commit(1));
            assertEquals(RecordKind.NO_OP, fixture.log(2).kindAt(3));
            assertEquals(RecordKind.NO_OP, fixture.log(1).kindAt(3));
        }

        /** In an empty log the first leader's entry names the cluster, and does the no-op's work as well. */
        @Test
        void firstLeaderNamesTheCluster() {
            final CoreFixture fixture = CoreFixture.cluster(3);

            fixture.elect(3);

            assertEquals(RecordKind.CLUSTER, fixture.log(1).kindAt(1));
            assertTrue(new String(fixture.log(1).entry(1)).endsWith("cluster identity"));
            assertEquals(1, fixture.commit(1));
        }
    }

    /** 9.6: pre-vote. */
    @Nested
    class PreVote {
        /** 9.6 (row 11): asking for an opinion changes nothing, with neither side. */
        @Test
        void preVoteChangesNeitherTermNorVote() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);

            fixture.timeout(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
            assertEquals(List.of("PreVoteRequest term=5 last=2@4"), fixture.sent(1, 2));
            fixture.receive(1, preVoteRequest(3, 5, 3, 4));

            assertEquals(
                    List.of("PreVoteReply term=4 requested=5 granted"),
                    fixture.sent(1, 3).subList(1, 2));
            assertEquals(4, fixture.term(1));
            assertEquals(Raft.NONE, fixture.core(1).votedFor());
            assertEquals(0, fixture.log(1).lastRecordSeq());
        }

        /** 9.6: one may grant it to many. */
        @Test
        void preVotePromisesNothing() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);

            fixture.receive(1, preVoteRequest(2, 5, 2, 4));
            fixture.receive(1, preVoteRequest(3, 5, 2, 4));

            assertEquals(List.of("PreVoteReply term=4 requested=5 granted"), fixture.sent(1, 2));
            assertEquals(List.of("PreVoteReply term=4 requested=5 granted"), fixture.sent(1, 3));
        }

        /** 9.6: only with a majority of pre-votes of this round does the term rise. */
        @Test
        void preCandidateNeedsAMajorityOfThisRound() {
            final CoreFixture fixture = CoreFixture.puppets(5, 4, 1, 4);
            fixture.timeout(1);

            fixture.receive(1, preVoteReply(2, 4, 5, true));
            fixture.receive(1, preVoteReply(2, 4, 5, true));
            fixture.receive(1, preVoteReply(3, 4, 4, true));
            fixture.receive(1, preVoteReply(4, 4, 5, false));
            fixture.receive(1, voteReply(5, 4, true));
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));

            fixture.receive(1, preVoteReply(5, 4, 5, true));
            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
            assertEquals(5, fixture.term(1));
        }

        /** 9.6 (row 11): it is refused by whoever hears a leader, and by the leader. */
        @Test
        void preVoteIsRefusedWhileALeaderIsHeard() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            final byte[] request = preVoteRequest(3, 2, 9, 1);

            fixture.receive(1, request);
            fixture.receive(2, request);

            assertEquals(List.of("PreVoteReply term=1 requested=2 refused"), fixture.sent(1, 3));
            assertEquals(List.of("PreVoteReply term=1 requested=2 refused"), fixture.sent(2, 3));
        }

        /** 9.6 (row 11): a member that was cut off for long comes back without deposing anyone. */
        @Test
        void memberBackFromAPartitionDeposesNobody() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.isolate(3);
            fixture.propose(1, "without 3");
            fixture.run(30 * ELECTION_TIMEOUT_MS);
            assertEquals(1, fixture.term(3));

            fixture.unmute();
            fixture.run(5 * ELECTION_TIMEOUT_MS);

            assertEquals(1, fixture.leader());
            assertEquals(1, fixture.term(1));
            assertEquals(1, fixture.core(3).leaderId());
            assertEquals(fixture.terms(1), fixture.terms(3));
            assertEquals(2, fixture.commit(3));
        }

        /** 9.6: a pre-candidate that hears its leader again follows it as before. */
        @Test
        void preCandidateReturnsToItsLeader() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);
            fixture.timeout(1);

            fixture.receive(1, appendEntries(2, 4, 2, 4, 0));
            fixture.receive(1, preVoteReply(3, 4, 5, true));

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(2, fixture.core(1).leaderId());
        }

        /** 9.6: a pre-vote for a term that has been reached already is refused, with the term that tells why. */
        @Test
        void preVoteForATermThatIsReachedIsRefused() {
            final CoreFixture fixture = CoreFixture.puppets(3, 7, 1, 4);

            fixture.receive(1, preVoteRequest(2, 5, 9, 4));
            fixture.receive(1, preVoteRequest(3, 7, 9, 4));

            assertEquals(List.of("PreVoteReply term=7 requested=5 refused"), fixture.sent(1, 2));
            assertEquals(List.of("PreVoteReply term=7 requested=7 refused"), fixture.sent(1, 3));
        }

        /** 9.6: a member whose term and vote are not durable yet asks nobody, for it may not name its term. */
        @Test
        void memberWhoseTermIsNotDurableDoesNotCampaign() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.advance(ELECTION_TIMEOUT_MS);
            fixture.receive(1, voteReply(2, 5, false));

            fixture.timeout(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.flush(1);
            fixture.timeout(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }
    }

    /** 10.2.1: the leader writes to its disk and to the followers at the same time. */
    @Nested
    class ParallelWrites {
        /** 10.2.1: entries leave before they are durable at home. */
        @Test
        void leaderSendsWhileItFlushes() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            fixture.receive(1, appendReply(2, 1, 1, 0));

            fixture.propose(1, "payload");

            assertFalse(fixture.log(1).isFlushed());
            assertTrue(fixture.sent(1, 2).contains("AppendEntries term=1 prev=1@1 commit=0 round=0 entries=2@1"));
        }

        /** 10.2.1: it counts itself once its own records are durable. */
        @Test
        void leaderCountsItselfOnceItsEntriesAreDurable() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            fixture.receive(1, appendReply(2, 1, 1, 0));
            assertEquals(0, fixture.commit(1));

            fixture.flush(1);
            assertEquals(1, fixture.commit(1));
        }

        /** 10.2.1: a majority of followers commits without the leader's disk. */
        @Test
        void followersCommitWithoutTheLeadersDisk() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();

            fixture.receive(1, appendReply(2, 1, 1, 0));
            fixture.receive(1, appendReply(3, 1, 1, 0));

            assertEquals(1, fixture.commit(1));
            assertEquals(0, fixture.core(1).durableIndex());
        }
    }
}
