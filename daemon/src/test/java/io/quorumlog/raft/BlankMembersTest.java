package io.quorumlog.raft;

import static io.quorumlog.raft.CoreFixture.ELECTION_TIMEOUT_MS;
import static io.quorumlog.raft.CoreFixture.HEARTBEAT_MS;
import static io.quorumlog.raft.Messages.appendEntries;
import static io.quorumlog.raft.Messages.appendRecords;
import static io.quorumlog.raft.Messages.appendReply;
import static io.quorumlog.raft.Messages.blankAppendReply;
import static io.quorumlog.raft.Messages.blankPreVoteRequest;
import static io.quorumlog.raft.Messages.blankVoteReply;
import static io.quorumlog.raft.Messages.blankVoteRequest;
import static io.quorumlog.raft.Messages.clientEntry;
import static io.quorumlog.raft.Messages.inquiry;
import static io.quorumlog.raft.Messages.inquiryReply;
import static io.quorumlog.raft.Messages.preVoteReply;
import static io.quorumlog.raft.Messages.preVoteRequest;
import static io.quorumlog.raft.Messages.timeoutNow;
import static io.quorumlog.raft.Messages.voteReply;
import static io.quorumlog.raft.Messages.voteRequest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Members whose disk was empty at their start (row 30): they may be new, or have lost what they promised. */
class BlankMembersTest {
    /** Members that are all new. */
    @Nested
    class Founding {
        /** The mistake: nobody may elect the first leader, for nobody has a log. */
        @Test
        void blankMembersFoundAClusterTogether() {
            final CoreFixture fixture = CoreFixture.blankCluster(3);

            fixture.elect(1);

            for (int id = 1; id <= 3; id++) {
                assertFalse(fixture.core(id).isBlank(), "member " + id);
                assertEquals(1, fixture.commit(id));
            }
        }

        /** The mistake: a founder that crashes is blank again, though others follow it. */
        @Test
        void founderIsHeardOnlyWhenItIsDurablyBlankNoMore() {
            final CoreFixture fixture = blankAmongBlankPuppets();
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 0, 1, true));
            fixture.flush(1);
            fixture.dropAll();

            fixture.receive(1, blankVoteReply(2, 1));
            assertEquals(RoleKind.LEADER, fixture.role(1));
            assertTrue(fixture.isSilent(1));
            assertTrue(fixture.core(1).isBlank());

            fixture.flush(1);
            assertEquals(
                    List.of("AppendEntries term=1 prev=0@0 commit=0 round=0 ends-blankness entries=1@1"),
                    fixture.sent(1, 2));
            assertFalse(fixture.core(1).isBlank());
        }

        /** The mistake: two members that were wiped at once found a new cluster beside the old one. */
        @Test
        void memberWithALogRefusesBlankCandidates() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);

            fixture.receive(1, blankPreVoteRequest(2, 1));
            fixture.receive(1, blankVoteRequest(2, 1));
            fixture.flush(1);
            fixture.receive(1, blankVoteRequest(2, 1));

            assertEquals(
                    List.of("PreVoteReply term=0 requested=1 refused", "VoteReply term=1 requested=1 refused"),
                    fixture.sent(1, 2));
        }

        /** The mistake: two found the cluster, one of them dies, and the third, a moment late, can't be brought up to date. */
        @Test
        void founderWaitsAWhileForAllMembers() {
            final CoreFixture fixture =
                    CoreFixture.down(3).blankPuppet(2).blankPuppet(3).wipe(1).start(1);
            fixture.cut(1, 3);
            fixture.timeout(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.advance(5 * ELECTION_TIMEOUT_MS);
            fixture.fire(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** The mistake: the same, with the help of one that knows better. */
        @Test
        void blankMemberThatHasHeardOfALogHelpsNoBlankOne() {
            final CoreFixture fixture =
                    CoreFixture.down(3).blankPuppet(2).wipe(1).start(1);

            fixture.receive(1, blankPreVoteRequest(2, 1));
            fixture.receive(1, blankVoteRequest(2, 1));
            fixture.flush(1);
            fixture.receive(1, blankVoteRequest(2, 1));

            assertEquals(
                    List.of(
                            "PreVoteReply term=0 requested=1 refused blank",
                            "VoteReply term=1 requested=1 refused blank"),
                    fixture.sent(1, 2));
        }

        @Test
        void blankMemberVotesForABlankOneByTheUsualRules() {
            final CoreFixture fixture = blankAmongBlankPuppets();

            fixture.receive(1, blankVoteRequest(2, 1));
            fixture.flush(1);

            assertEquals(List.of("VoteReply term=1 requested=1 granted blank"), fixture.sent(1, 2));
            assertTrue(fixture.isSilent(1) || fixture.sent(1, 3).isEmpty());
        }

        /** The mistake: a wiped member makes itself leader, or raises terms, beside the cluster that it belongs to. */
        @Test
        void blankMemberThatHasHeardOfALogDoesNotCampaign() {
            final CoreFixture fixture = CoreFixture.down(3).wipe(1).start(1);

            fixture.advance(5 * ELECTION_TIMEOUT_MS);
            fixture.fire(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.receive(1, appendEntries(2, 3, 0, 0, 0, 1));
            fixture.flush(1);
            fixture.receive(1, timeoutNow(2, 3));
            fixture.fire(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(3, fixture.term(1));
        }

        /** The mistake: it goes on campaigning with the votes of others that are blank. */
        @Test
        void blankCandidateThatHearsOfALogGivesUp() {
            for (final byte[] news : List.of(preVoteRequest(3, 1, 5, 1), voteRequest(3, 1, 5, 1))) {
                final CoreFixture fixture = blankAmongBlankPuppets();
                fixture.timeout(1);
                assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));

                fixture.receive(1, news);

                assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            }
            final CoreFixture fixture = blankAmongBlankPuppets();
            fixture.timeout(1);
            fixture.core(1).onGreeting(3, false);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }

        /** The mistake: it forgets with a restart that it got entries from somebody. */
        @Test
        void blankMemberWithEntriesKnowsThatThereIsALog() {
            final CoreFixture fixture = blankAmongBlankPuppets();
            fixture.receive(1, appendEntries(2, 3, 0, 0, 0, 1));
            fixture.flush(1);

            fixture.restart(1);
            assertTrue(fixture.core(1).isBlank());
            fixture.advance(5 * ELECTION_TIMEOUT_MS);
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }
    }

    /** A blank member is asked for its vote by one that has a log. */
    @Nested
    class Votes {
        /** The mistake: it helps a member that lags behind, while the only one that knows more is away. */
        @Test
        void blankMemberRefusesAPreVoteWhileAnyMemberIsAway() {
            final CoreFixture fixture = CoreFixture.down(3).wipe(1).start(1);
            fixture.cut(1, 3);
            fixture.takeEvents();

            fixture.receive(1, preVoteRequest(2, 5, 7, 4));
            assertEquals(
                    List.of(
                            "1 withholds its vote from 2 term=5 reason=\"member 3 is not connected\"",
                            "1->2 PreVoteReply term=0 requested=5 refused blank"),
                    fixture.takeEvents());

            fixture.heal(1, 3);
            fixture.dropAll();
            fixture.receive(1, preVoteRequest(2, 5, 7, 4));
            assertEquals(List.of("PreVoteReply term=0 requested=5 granted blank"), fixture.sent(1, 2));
        }

        /** The mistake: it votes at once, and forgets that it may have voted before. */
        @Test
        void blankMemberVotesWhenAllOthersHaveSaidYes() {
            final CoreFixture fixture = CoreFixture.down(4).wipe(1).start(1);

            fixture.receive(1, voteRequest(2, 5, 7, 4));
            assertTrue(fixture.isSilent(1), "its term is not durable");
            fixture.flush(1);
            assertEquals(List.of("VoteRequest term=5 last=7@4 inquiry for=2"), fixture.sent(1, 3));
            assertEquals(List.of("VoteRequest term=5 last=7@4 inquiry for=2"), fixture.sent(1, 4));

            fixture.receive(1, inquiryReply(3, 5, 2, true));
            fixture.flush(1);
            assertEquals(List.of(), fixture.sent(1, 2));

            fixture.receive(1, inquiryReply(4, 5, 2, true));
            assertEquals(List.of(), fixture.sent(1, 2), "its vote is not durable");
            fixture.flush(1);
            assertEquals(List.of("VoteReply term=5 requested=5 granted blank"), fixture.sent(1, 2));
            assertEquals(2, fixture.core(1).votedFor());
        }

        @Test
        void oneRefusalIsEnough() {
            final CoreFixture fixture = CoreFixture.down(4).wipe(1).start(1);
            fixture.receive(1, voteRequest(2, 5, 7, 4));
            fixture.flush(1);
            fixture.takeEvents();

            fixture.receive(1, inquiryReply(3, 5, 2, false));
            fixture.receive(1, inquiryReply(3, 5, 2, true));
            fixture.receive(1, inquiryReply(4, 5, 2, true));
            fixture.flush(1);

            assertEquals(
                    List.of("1 withholds its vote from 2 term=5 reason=\"member 3 has a more up-to-date log, or has"
                            + " voted for another\""),
                    fixture.takeEvents());
            assertEquals(Raft.NONE, fixture.core(1).votedFor());
        }

        /** The mistake: an answer about another candidate, or of another term, is taken for the one that is waited for. */
        @Test
        void lateAnswersAreNotCounted() {
            final CoreFixture fixture = CoreFixture.down(3).wipe(1).start(1);
            fixture.receive(1, voteRequest(2, 4, 7, 4));
            fixture.flush(1);
            fixture.receive(1, voteRequest(2, 5, 7, 4));
            fixture.flush(1);

            fixture.receive(1, inquiryReply(3, 4, 2, true));
            fixture.receive(1, inquiryReply(3, 5, 3, true));
            fixture.receive(1, voteReply(3, 5, true));
            fixture.flush(1);

            assertEquals(Raft.NONE, fixture.core(1).votedFor());
        }

        @Test
        void silenceUntilTheTermEndsIsARefusal() {
            final CoreFixture fixture = CoreFixture.down(3).wipe(1).start(1);
            fixture.receive(1, voteRequest(2, 5, 7, 4));
            fixture.flush(1);
            fixture.takeEvents();

            fixture.receive(1, voteRequest(2, 6, 7, 4));

            assertEquals(
                    "1 withholds its vote from 2 term=5 reason=\"not every other member has answered within the term\"",
                    fixture.takeEvents().get(0));
        }

        /** The mistake: a second vote in the term, given before the first one's inquiry is answered. */
        @Test
        void secondCandidateOfATermIsNotInquiredAbout() {
            final CoreFixture fixture = CoreFixture.down(3).wipe(1).start(1);
            fixture.receive(1, voteRequest(2, 5, 7, 4));
            fixture.flush(1);
            fixture.dropAll();

            fixture.receive(1, voteRequest(3, 5, 7, 4));
            assertTrue(fixture.isSilent(1));

            fixture.receive(1, inquiryReply(3, 5, 2, true));
            fixture.flush(1);
            assertEquals(2, fixture.core(1).votedFor());
        }

        /** The mistake: the answer leaves before the term in which it is given is on the disk. */
        @Test
        void memberThatIsAskedEntersTheTermFirst() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);

            fixture.receive(1, inquiry(2, 5, 3, 2, 4));
            assertEquals(5, fixture.term(1));
            assertTrue(fixture.isSilent(1));

            fixture.flush(1);
            assertEquals(List.of("VoteReply term=5 requested=5 granted inquiry for=3"), fixture.sent(1, 2));
            assertEquals(Raft.NONE, fixture.core(1).votedFor(), "an answer is no vote");
        }

        @Test
        void memberWithABetterLogAnswersNo() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);

            fixture.receive(1, inquiry(2, 5, 3, 9, 3));
            fixture.flush(1);

            assertEquals(List.of("VoteReply term=5 requested=5 refused inquiry for=3"), fixture.sent(1, 2));
        }

        /** The mistake: the blank member's vote was counted in this term already, for the one that it asks. */
        @Test
        void memberThatHasVotedForAnotherAnswersNo() {
            final CoreFixture fixture = CoreFixture.puppets(4, 4, 1, 4);
            fixture.receive(1, voteRequest(4, 5, 2, 4));
            fixture.flush(1);

            fixture.receive(1, inquiry(2, 5, 3, 2, 4));
            fixture.receive(1, inquiry(2, 5, 4, 2, 4));

            assertEquals(
                    List.of(
                            "VoteReply term=5 requested=5 refused inquiry for=3",
                            "VoteReply term=5 requested=5 granted inquiry for=4"),
                    fixture.sent(1, 2));
        }

        /** The mistake: a blank member that lost the leader deposes it for all (thesis 4.2.3). */
        @Test
        void memberThatHearsALeaderDoesNotAnswer() {
            final CoreFixture fixture = CoreFixture.puppets(4, 4, 1, 4);
            fixture.receive(1, appendEntries(4, 4, 2, 4, 0));
            fixture.dropAll();

            fixture.receive(1, inquiry(2, 5, 3, 2, 4));
            fixture.flush(1);

            assertEquals(4, fixture.term(1));
            assertTrue(fixture.isSilent(1));
        }

        /** The mistake, with more than three members: a wiped voter's old vote counts when it is counted elsewhere again. */
        @Test
        void candidateCountsNoVotesAfterItsTime() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 4, 5, true));
            fixture.flush(1);
            fixture.advance(2 * ELECTION_TIMEOUT_MS);

            fixture.receive(1, voteReply(2, 5, true));

            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
        }
    }

    /** A leader and a follower that is blank. */
    @Nested
    class Followers {
        /** The mistake: a leader that was deposed before the wipe commits with the help of one who forgot it. */
        @Test
        void blankFollowerCountsForNoCommit() {
            final CoreFixture fixture = leading(3);

            fixture.receive(1, blankAppendReply(2, 5, 3, 0));
            assertEquals(0, fixture.commit(1));

            fixture.receive(1, appendReply(3, 5, 3, 0));
            assertEquals(3, fixture.commit(1));
        }

        /** The mistake: what it said when it was blank is forgotten when it is not. */
        @Test
        void followerThatIsBlankNoMoreCountsForWhatItHolds() {
            final CoreFixture fixture = leading(3);
            fixture.receive(1, blankAppendReply(2, 5, 3, 0));

            fixture.receive(1, appendReply(2, 5, 0, 0));

            assertEquals(3, fixture.commit(1));
        }

        @Test
        void blankFollowerConfirmsNoRead() {
            final CoreFixture fixture = leading(3);
            fixture.receive(1, appendReply(3, 5, 3, 0));
            final long read = fixture.read(1);

            fixture.receive(1, blankAppendReply(2, 5, 3, read));
            assertTrue(fixture.core(1).confirmedRead() < read);

            fixture.receive(1, appendReply(3, 5, 3, read));
            assertEquals(read, fixture.core(1).confirmedRead());
        }

        /** The mistake: a leader that is cut off from all but a blank follower stays in office. */
        @Test
        void blankFollowerKeepsNobodyInOffice() {
            final CoreFixture fixture = leading(3);

            for (int i = 0; i < 8 && fixture.role(1) == RoleKind.LEADER; i++) {
                fixture.advance(HEARTBEAT_MS);
                fixture.receive(1, blankAppendReply(2, 5, 3, i));
                fixture.fire(1);
            }

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }

        @Test
        void leadershipIsNotHandedToABlankFollower() {
            final CoreFixture fixture = leading(3);
            fixture.receive(1, appendReply(3, 5, 0, 0));
            fixture.receive(1, blankAppendReply(2, 5, 3, 0));

            assertTrue(fixture.transfer(1, 2).contains("blank"));
            assertEquals(3, fixture.core(1).mostUpToDateFollower());
        }

        /** The mistake: a leader whose term is over ends it, or one that was asked before the disk was wiped. */
        @Test
        void blanknessEndsWhenARoundBegunSinceIsAnsweredByAllOthers() {
            final CoreFixture fixture = leading(3);
            fixture.receive(1, appendReply(3, 5, 3, 0));
            fixture.dropAll();

            fixture.receive(1, blankAppendReply(2, 5, 3, 0));
            assertEquals(
                    List.of("AppendEntries term=5 prev=3@5 commit=3 round=1"), fixture.taken(1, 3), "a round begins");
            fixture.drop(1, 2);
            fixture.receive(1, appendReply(3, 5, 3, 0));
            assertEquals(List.of(), fixture.sent(1, 2), "it was answered before it began");

            fixture.receive(1, appendReply(3, 5, 3, 1));
            assertEquals(List.of("AppendEntries term=5 prev=3@5 commit=3 round=1 ends-blankness"), fixture.taken(1, 2));
        }

        /** The mistake: it is counted while it lacks what it had acknowledged. */
        @Test
        void blanknessEndsOnlyWhenAllThatWasCommittedIsHeld() {
            final CoreFixture fixture = leading(3);
            fixture.receive(1, appendReply(3, 5, 3, 0));
            fixture.receive(1, blankAppendReply(2, 5, 2, 0));
            fixture.receive(1, appendReply(3, 5, 3, 1));
            assertTrue(fixture.taken(1, 2).stream().noneMatch(message -> message.contains("ends-blankness")));

            fixture.receive(1, blankAppendReply(2, 5, 3, 1));

            assertEquals(List.of("AppendEntries term=5 prev=3@5 commit=3 round=1 ends-blankness"), fixture.taken(1, 2));
        }

        /** The mistake: entries of older terms are taken for committed before one of this term is (thesis 3.6.2). */
        @Test
        void blanknessDoesNotEndBeforeAnEntryOfTheTermIsCommitted() {
            final CoreFixture fixture =
                    leadingFrom(CoreFixture.down(3).load(1, 4, Raft.NONE, 1, 4).start(1, 2));
            fixture.receive(1, blankAppendReply(2, 5, 3, 0));
            fixture.receive(1, appendReply(3, 5, 2, 1));
            assertTrue(fixture.taken(1, 2).stream().noneMatch(message -> message.contains("ends-blankness")));

            fixture.receive(1, appendReply(3, 5, 3, 1));

            assertTrue(fixture.taken(1, 2).get(0).contains("ends-blankness"));
        }

        /** The mistake: what one disk was promised is told to the next. */
        @Test
        void newConnectionBeginsAnew() {
            final CoreFixture fixture = leading(3);
            fixture.receive(1, appendReply(3, 5, 3, 0));
            fixture.receive(1, blankAppendReply(2, 5, 3, 0));
            fixture.receive(1, appendReply(3, 5, 3, 1));
            fixture.cut(1, 2);
            fixture.heal(1, 2);
            fixture.dropAll();

            fixture.receive(1, blankAppendReply(2, 5, 3, 1));
            fixture.receive(1, appendReply(3, 5, 3, 1));
            assertTrue(fixture.taken(1, 2).stream().noneMatch(message -> message.contains("ends-blankness")));

            fixture.receive(1, appendReply(3, 5, 3, 2));
            assertTrue(fixture.taken(1, 2).get(0).contains("ends-blankness"));
        }

        /** The mistake, with five members: a candidate that is away still has the wiped follower's vote. */
        @Test
        void majorityAloneEndsBlanknessOnlyAfterEveryCandidatesTime() {
            final CoreFixture fixture = leading(5);
            fixture.receive(1, appendReply(3, 5, 3, 0));
            fixture.receive(1, appendReply(4, 5, 3, 0));
            fixture.receive(1, blankAppendReply(2, 5, 3, 0));
            long round = 1;
            for (long ms = HEARTBEAT_MS; ms <= 3 * ELECTION_TIMEOUT_MS; ms += HEARTBEAT_MS) {
                fixture.receive(1, appendReply(3, 5, 3, round));
                fixture.receive(1, appendReply(4, 5, 3, round++));
                assertTrue(fixture.taken(1, 2).stream().noneMatch(message -> message.contains("ends-blankness")));
                fixture.advance(HEARTBEAT_MS);
                fixture.fire(1);
            }

            assertTrue(fixture.taken(1, 2).get(0).contains("ends-blankness"));
        }

        /** The mistake: one member has a log, the others are blank, and no leader ever counts a majority. */
        @Test
        void leaderElectedWithABlankVoteEndsBlanknessByItsLogAlone() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 4, 5, true));
            fixture.flush(1);
            fixture.receive(1, blankVoteReply(2, 5));
            fixture.flush(1);
            fixture.dropAll();

            fixture.receive(1, blankAppendReply(2, 5, 2, 0));
            assertTrue(fixture.taken(1, 2).stream().noneMatch(message -> message.contains("ends-blankness")));

            fixture.receive(1, blankAppendReply(2, 5, 3, 0));
            assertTrue(fixture.taken(1, 2).get(0).contains("ends-blankness"));
            assertEquals(0, fixture.commit(1));
        }

        /** The mistake: a follower says that it is blank no more, and after a crash it is again. */
        @Test
        void followerIsBlankUntilTheEndIsDurable() {
            final CoreFixture fixture = CoreFixture.down(3).wipe(1).start(1);
            fixture.receive(1, appendEntries(2, 5, 0, 0, 0, 1));
            fixture.flush(1);
            assertEquals("AppendReply term=5 match=1 round=0 blank", last(fixture.taken(1, 2)));

            fixture.receive(1, appendRecords(2, 5, 1, 1, 1, 4, true));
            assertTrue(fixture.isSilent(1));
            assertTrue(fixture.core(1).isBlank());

            fixture.flush(1);
            assertEquals(List.of("AppendReply term=5 match=1 round=4"), fixture.taken(1, 2));
            fixture.restart(1);
            assertFalse(fixture.core(1).isBlank());
        }

        /** The mistake: blank when it came up, it votes for another in the term in which it had elected the leader. */
        @Test
        void endOfBlanknessIsAVoteForTheLeader() {
            final CoreFixture fixture = CoreFixture.down(3).wipe(1).start(1);
            fixture.receive(1, appendRecords(2, 5, 0, 0, 0, 0, true, clientEntry(1, 1)));
            fixture.flush(1);
            fixture.restart(1);

            fixture.receive(1, voteRequest(3, 5, 9, 5));

            assertEquals(List.of("VoteReply term=5 requested=5 refused"), fixture.sent(1, 3));
        }

        /** The mistake: a message that it did not take ends it. */
        @Test
        void refusedMessageEndsNothing() {
            final CoreFixture fixture = CoreFixture.down(3).wipe(1).start(1);

            fixture.receive(1, appendRecords(2, 5, 7, 4, 7, 0, true));
            fixture.flush(1);

            assertTrue(fixture.core(1).isBlank());
        }

        @Test
        void wipedFollowerIsBroughtBackOnAnIdleCluster() {
            final CoreFixture fixture = CoreFixture.blankCluster(3);
            fixture.elect(1);
            fixture.propose(1, "kept");
            fixture.run(HEARTBEAT_MS);
            fixture.crash(3);
            fixture.wipe(3).start(3);
            assertTrue(fixture.core(3).isBlank());

            fixture.run(2 * HEARTBEAT_MS);

            assertFalse(fixture.core(3).isBlank());
            assertEquals(2, fixture.commit(3));
            assertCountsAgain(fixture);
        }

        /** Two members: the other one is all the others. */
        @Test
        void twoMembersBringEachOtherBack() {
            final CoreFixture fixture = CoreFixture.blankCluster(2);
            fixture.elect(1);
            fixture.crash(2);
            fixture.wipe(2).start(2);

            fixture.run(2 * ELECTION_TIMEOUT_MS);

            assertFalse(fixture.core(2).isBlank());
            assertEquals(1, fixture.leader());
        }
    }

    /** A member cut off damaged entries, which it had acknowledged, and knows it (Protocol-Aware Recovery, FAST 2018). */
    @Nested
    class LostEntries {
        /** The mistake: with one that lost the same entries to damage it elects one that never had them. */
        @Test
        void memberThatLostEntriesHelpsNobodyToBeElected() {
            final CoreFixture fixture = lossyAmongPuppets();
            fixture.takeEvents();

            fixture.receive(1, preVoteRequest(2, 5, 7, 4));
            fixture.receive(1, voteRequest(2, 5, 7, 4));
            fixture.flush(1);
            fixture.receive(1, voteRequest(2, 5, 7, 4));

            assertEquals(
                    List.of(
                            "PreVoteReply term=4 requested=5 refused blank",
                            "VoteReply term=5 requested=5 refused blank"),
                    fixture.sent(1, 2));
            assertEquals(0, fixture.core(1).votedFor());
        }

        /** The mistake: it tells a wiped member that a candidate lacks nothing, and can't know. */
        @Test
        void memberThatLostEntriesRefusesInquiries() {
            final CoreFixture fixture = lossyAmongPuppets();

            fixture.receive(1, inquiry(3, 5, 2, 7, 4));
            fixture.flush(1);

            assertEquals(List.of("VoteReply term=5 requested=5 refused inquiry for=2"), fixture.sent(1, 3));
        }

        @Test
        void memberThatLostEntriesDoesNotCampaign() {
            final CoreFixture fixture = lossyAmongPuppets();

            fixture.advance(5 * ELECTION_TIMEOUT_MS);
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }

        @Test
        void leaderReplacesWhatAFollowerLostAndCountsItAgain() {
            final CoreFixture fixture = CoreFixture.blankCluster(3);
            fixture.elect(1);
            fixture.propose(1, "kept");
            fixture.propose(1, "lost at 3");
            fixture.run(HEARTBEAT_MS);
            fixture.crash(3);
            fixture.loseEntriesAfter(3, 1).start(3);
            assertTrue(fixture.core(3).isBlank());

            fixture.run(2 * HEARTBEAT_MS);

            assertFalse(fixture.core(3).isBlank());
            assertEquals(3, fixture.commit(3));
            assertCountsAgain(fixture);
        }
    }

    /** Member 1 of three holds one entry, and knows that it held more. */
    private static CoreFixture lossyAmongPuppets() {
        return CoreFixture.down(3).load(1, 4, 0, 1, 4).loseEntriesAfter(1, 1).start(1);
    }

    /** With member 2 away, leader 1 commits by the help of member 3. */
    private static void assertCountsAgain(final CoreFixture fixture) {
        fixture.isolate(2);
        final long index = fixture.propose(1, "counts again");
        fixture.run(HEARTBEAT_MS);
        assertEquals(index, fixture.commit(1));
    }

    /** Member 1 leads term 5, holds three entries durably, and has heard of nobody yet. */
    private static CoreFixture leading(final int members) {
        return leadingFrom(CoreFixture.puppets(members, 4, 1, 4));
    }

    private static CoreFixture leadingFrom(final CoreFixture fixture) {
        fixture.winAmongPuppets();
        fixture.flush(1);
        fixture.dropAll();
        return fixture;
    }

    /** Member 1 is blank, and so are the others. */
    private static CoreFixture blankAmongBlankPuppets() {
        return CoreFixture.down(3).blankPuppet(2).blankPuppet(3).wipe(1).start(1);
    }

    private static String last(final List<String> messages) {
        return messages.get(messages.size() - 1);
    }
}
