package io.quorumlog.raft;

import static io.quorumlog.raft.CoreFixture.ELECTION_TIMEOUT_MS;
import static io.quorumlog.raft.CoreFixture.HEARTBEAT_MS;
import static io.quorumlog.raft.Messages.appendEntries;
import static io.quorumlog.raft.Messages.appendRecords;
import static io.quorumlog.raft.Messages.appendReply;
import static io.quorumlog.raft.Messages.clientEntry;
import static io.quorumlog.raft.Messages.preVoteReply;
import static io.quorumlog.raft.Messages.preVoteRequest;
import static io.quorumlog.raft.Messages.refusal;
import static io.quorumlog.raft.Messages.timeoutNow;
import static io.quorumlog.raft.Messages.voteReply;
import static io.quorumlog.raft.Messages.voteRequest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.record.LogRecord;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Raft implementations got wrong beyond the letter of the thesis: liveness, bounds, hints and input. */
class RaftMistakesTest {
    /** That everybody has come up is a hint that nobody leads. */
    @Nested
    class ComingUp {
        /** The mistake: waiting out an election timeout for a leader that can't be. */
        @Test
        void membersThatHaveAllComeUpElectQuickly() {
            final CoreFixture fixture = CoreFixture.cluster(3);

            fixture.run(HEARTBEAT_MS);

            assertEquals(1, fixture.leader());
            assertEquals(1, fixture.term(1));
        }

        /** The mistake: campaigning while others may still be about to elect, or to come up with a better log. */
        @Test
        void memberThatMissesAnotherWaitsForTheElectionTimeout() {
            final CoreFixture fixture = CoreFixture.down(3).load(1, 1, 0, 1);
            fixture.cut(1, 3);
            fixture.start(1);

            fixture.advance(HEARTBEAT_MS);
            fixture.fire(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.heal(1, 3);
            fixture.advance(ELECTION_TIMEOUT_MS / 30);
            fixture.fire(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** The mistake: a member that comes back, or whose connection does, asks for votes while a leader is at work. */
        @Test
        void memberThatHasHeardALeaderAsksForNoVotesWhenAConnectionComesUp() {
            final CoreFixture fixture = CoreFixture.down(3).load(1, 1, 0, 1);
            fixture.cut(1, 3);
            fixture.start(1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
            fixture.heal(1, 3);

            fixture.advance(HEARTBEAT_MS);
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }
    }

    /** A broken connection is a hint that a process died. */
    @Nested
    class BrokenLinks {
        /** The mistake: waiting out the election timeout though the leader's process is known to be gone. */
        @Test
        void followersThatBothLostTheLeaderElectQuickly() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);

            fixture.crash(1);
            fixture.run(HEARTBEAT_MS);

            assertNotEquals(0, fixture.leader());
            assertEquals(2, fixture.term(fixture.leader()));
        }

        /** The mistake: leaving it to chance who campaigns first, so that all wait for longer and sometimes collide. */
        @Test
        void followersThatLostTheLeaderCampaignInTurn() {
            for (int leader = 1; leader <= 3; leader++) {
                final CoreFixture fixture = CoreFixture.cluster(3);
                fixture.elect(leader);

                fixture.crash(leader);
                fixture.run(HEARTBEAT_MS);

                assertEquals(leader == 1 ? 2 : 1, fixture.leader());
                assertEquals(2, fixture.term(fixture.leader()));
            }
        }

        /** The mistake: the turns are so long, or so short, that they do not save time. */
        @Test
        void eachFollowerBeforeOneInTheOrderOfIdsCostsItASixtiethOfATimeout() {
            final long turnMs = ELECTION_TIMEOUT_MS / 60;
            for (int leader = 1; leader <= 5; leader++) {
                for (int id = 1; id <= 5; id++) {
                    if (id == leader) {
                        continue;
                    }
                    final CoreFixture fixture =
                            CoreFixture.down(5).load(id, 1, 0, 1).start(id);
                    fixture.receive(id, appendEntries(leader, 1, 1, 1, 0));
                    fixture.core(id).onConnection(leader, false);
                    final int before = id - 1 - (leader < id ? 1 : 0);

                    if (before > 0) {
                        fixture.advance(before * turnMs - 1);
                        fixture.fire(id);
                        assertEquals(RoleKind.FOLLOWER, fixture.role(id), id + " after " + leader);
                        fixture.advance(1);
                    }
                    fixture.fire(id);
                    assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(id), id + " after " + leader);
                }
            }
        }

        /** The mistake: a pre-vote is lost on a follower whose own connection to the dead leader breaks a moment later. */
        @Test
        void preVoteRefusedForALeaderThatWasHeardIsGrantedWhenItsConnectionBreaks() {
            final CoreFixture fixture = heardLeader();
            fixture.receive(1, preVoteRequest(3, 2, 1, 1));
            fixture.advance(HEARTBEAT_MS - 1);

            fixture.core(1).onConnection(2, false);

            assertEquals(
                    List.of("PreVoteReply term=1 requested=2 refused", "PreVoteReply term=1 requested=2 granted"),
                    fixture.sent(1, 3));
        }

        /** The mistake: answering it again long after, or because another connection broke. */
        @Test
        void preVoteIsAnsweredAgainOnlyForAMomentAndOnceAndForTheLeadersConnection() {
            final CoreFixture fixture = heardLeader();
            fixture.receive(1, preVoteRequest(3, 2, 1, 1));

            fixture.core(1).onConnection(3, false);
            fixture.core(1).onConnection(3, true);
            assertEquals(1, fixture.sent(1, 3).size());

            fixture.advance(HEARTBEAT_MS);
            fixture.core(1).onConnection(2, false);
            assertEquals(1, fixture.sent(1, 3).size());

            fixture.core(1).onConnection(2, true);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
            fixture.receive(1, preVoteRequest(3, 2, 1, 1));
            fixture.core(1).onConnection(2, false);
            fixture.core(1).onConnection(3, false);
            assertEquals(3, fixture.sent(1, 3).size());
        }

        private CoreFixture heardLeader() {
            final CoreFixture fixture = CoreFixture.down(3).load(1, 1, 0, 1).start(1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
            return fixture;
        }

        /** The mistake: two followers that lost the leader at the same moment campaign against each other, again and again. */
        @Test
        void ofTwoThatAskAtTheSameMomentTheLowerIdGoesOn() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);
            fixture.timeout(1);

            fixture.receive(1, preVoteRequest(3, 5, 2, 4));
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
            assertEquals(
                    "PreVoteReply term=4 requested=5 refused",
                    fixture.sent(1, 3).get(1));

            fixture.advance(HEARTBEAT_MS);
            fixture.receive(1, preVoteRequest(3, 5, 2, 4));
            assertEquals(
                    "PreVoteReply term=4 requested=5 granted",
                    fixture.sent(1, 3).get(3));
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }

        /** The mistake: being refused by one who still heard the leader, and then refusing that one until a timeout. */
        @Test
        void whoGoesBeforeAnotherAsksItAgain() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);
            fixture.timeout(1);
            final String asked = fixture.sent(1, 3).get(0);
            fixture.receive(1, preVoteReply(3, 4, 5, false));

            fixture.receive(1, preVoteRequest(3, 5, 2, 4));

            assertEquals(List.of(asked, "PreVoteReply term=4 requested=5 refused", asked), fixture.sent(1, 3));
        }

        /** The mistake: who yields does so for ever, though the other one then dies too. */
        @Test
        void whoYieldsToACandidateTriesAgainAHeartbeatLater() {
            final CoreFixture fixture = CoreFixture.puppets(3, 4, 1, 4);
            fixture.timeout(1);
            fixture.receive(1, preVoteRequest(3, 5, 3, 4));
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.advance(HEARTBEAT_MS);
            fixture.fire(1);

            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** The mistake: deposing a healthy leader because one follower's connection broke. */
        @Test
        void singleBrokenLinkDeposesNobody() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);

            fixture.cut(1, 3);
            fixture.run(30 * ELECTION_TIMEOUT_MS);
            assertEquals(1, fixture.leader());
            assertEquals(1, fixture.term(2));

            fixture.heal(1, 3);
            fixture.run(ELECTION_TIMEOUT_MS);
            assertEquals(1, fixture.term(1));
            assertEquals(1, fixture.core(3).leaderId());
        }

        /** The mistake: acting on a hint that has been overtaken: the leader was heard again. */
        @Test
        void leaderHeardAgainCancelsTheHint() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
            fixture.core(1).onConnection(2, false);
            fixture.core(1).onConnection(2, true);

            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
            fixture.advance(ELECTION_TIMEOUT_MS - 1);
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }

        /** The mistake: taking any member's broken connection for the leader's. */
        @Test
        void anotherFollowersBrokenLinkMeansNothing() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));

            fixture.core(1).onConnection(3, false);
            fixture.advance(ELECTION_TIMEOUT_MS - 1);
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }

        /** The mistake: two followers that campaign at the same moment, again and again. */
        @Test
        void followerThatGrantsAPreVoteLeavesAHeadStart() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
            fixture.core(1).onConnection(2, false);

            fixture.receive(1, preVoteRequest(3, 2, 1, 1));
            fixture.advance(HEARTBEAT_MS - 1);
            fixture.fire(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.advance(1);
            fixture.fire(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** The mistake: a pre-candidate that keeps refusing others after it has lost the leader itself. */
        @Test
        void memberThatLostTheLeaderGrantsPreVotesAndVotes() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
            fixture.core(1).onConnection(2, false);
            fixture.dropAll();

            fixture.receive(1, preVoteRequest(3, 2, 1, 1));
            fixture.receive(1, voteRequest(3, 2, 1, 1));
            fixture.flush(1);

            assertEquals(
                    List.of("PreVoteReply term=1 requested=2 granted", "VoteReply term=2 requested=2 granted"),
                    fixture.sent(1, 3));
        }

        /**
         * The mistake: a member that was paused in the middle of an election finds the answer of then before the messages of
         * the leader that the others follow, and deposes it (seed 3265).
         */
        @Test
        void memberThatWasPausedDoesNotCampaignByAnAnswerOfLongAgo() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.timeout(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));

            fixture.advance(2 * ELECTION_TIMEOUT_MS);
            fixture.receiveInTurn(1, preVoteReply(2, 1, 2, true), 2);
            fixture.receiveInTurn(1, appendEntries(3, 1, 1, 1, 0), 3);
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
            assertEquals(1, fixture.term(1));
        }

        /** The mistake: one who connects during an election is not asked, and the election waits for it. */
        @Test
        void memberThatConnectsDuringAnElectionIsAsked() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.cut(1, 2);
            fixture.timeout(1);
            fixture.dropAll();
            fixture.heal(1, 2);
            assertEquals(List.of("PreVoteRequest term=2 last=1@1"), fixture.taken(1, 2));

            fixture.receive(1, preVoteReply(3, 1, 2, true));
            fixture.cut(1, 2);
            fixture.heal(1, 2);
            assertEquals(List.of(), fixture.sent(1, 2), "asked before its own vote was durable");
            fixture.flush(1);
            fixture.dropAll();
            fixture.cut(1, 2);
            fixture.heal(1, 2);
            assertEquals(List.of("VoteRequest term=2 last=1@1"), fixture.sent(1, 2));
        }
    }

    /** Rows 12 and 13: partly connected clusters. */
    @Nested
    class PartialConnectivity {
        /** The mistake (row 12): a leader that only one end of a bridge can see is deposed by the other, for ever. */
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        void bridgedClusterHasOneLeaderForLong(final int firstLeader) {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(firstLeader);
            fixture.mute(1, 3);
            fixture.mute(3, 1);

            fixture.run(10 * ELECTION_TIMEOUT_MS);
            final int leader = fixture.leader();
            final long term = fixture.term(leader);
            fixture.run(40 * ELECTION_TIMEOUT_MS);

            assertNotEquals(0, leader);
            assertEquals(leader, fixture.leader());
            assertEquals(term, fixture.term(leader));
            final long index = fixture.propose(leader, "goes on");
            fixture.settle();
            assertEquals(index, fixture.commit(leader));
        }

        /** The mistake (row 12, the outage of November 2020): a quorum is connected through one member, and nobody leads. */
        @Test
        void fiveMembersThatOnlyOneCanReachAreLedByIt() {
            final CoreFixture fixture = CoreFixture.cluster(5);
            fixture.elect(1);
            for (final int one : new int[] {1, 2, 4, 5}) {
                for (final int other : new int[] {1, 2, 4, 5}) {
                    if (one != other) {
                        fixture.mute(one, other);
                    }
                }
            }

            fixture.run(60 * ELECTION_TIMEOUT_MS);

            assertEquals(3, fixture.leader());
        }

        /** The mistake (row 13): a follower that hears but is not heard keeps campaigning against the leader. */
        @Test
        void followerThatIsNotHeardDeposesNobody() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.mute(3, 1);
            fixture.mute(3, 2);

            fixture.run(30 * ELECTION_TIMEOUT_MS);

            assertEquals(1, fixture.leader());
            assertEquals(1, fixture.term(3));
        }

        /** The mistake: a follower that is heard but hears nothing brings its terms to the leader. */
        @Test
        void followerThatHearsNothingDeposesNobody() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.mute(1, 3);
            fixture.mute(2, 3);

            fixture.run(30 * ELECTION_TIMEOUT_MS);

            assertEquals(1, fixture.leader());
            assertEquals(1, fixture.term(1));
        }
    }

    /** What a leader knows of its followers, and what it sends them. */
    @Nested
    class Flow {
        /** The mistake (row 23): more and more is sent to a follower that does not answer. */
        @Test
        void leaderSendsNoFurtherThanItsWindow() {
            final CoreFixture fixture = streamingLeader();

            for (int i = 0; i < 3 * RaftLimits.WINDOW_MESSAGES; i++) {
                fixture.propose(1, "payload");
            }

            assertEquals(RaftLimits.WINDOW_MESSAGES, fixture.sent(1, 2).size());
        }

        /** The mistake: a window that never opens again, or that loses the entries which waited outside. */
        @Test
        void answerOpensTheWindowForAllThatWaited() {
            final CoreFixture fixture = streamingLeader();
            for (int i = 0; i < 3 * RaftLimits.WINDOW_MESSAGES; i++) {
                fixture.propose(1, "payload");
            }
            final int sentFirst = fixture.taken(1, 2).size();

            fixture.receive(1, appendReply(2, 1, 1 + sentFirst, 0));

            final List<String> waited = fixture.sent(1, 2);
            assertEquals(1, waited.size());
            assertTrue(waited.get(0).endsWith("," + fixture.log(1).lastIndex() + "@1"), waited.get(0));
        }

        /** The mistake (row 24): an endless catch-up in one turn, in messages without bound. */
        @Test
        void catchUpIsBoundedInATurnAndInAMessage() {
            final CoreFixture fixture = streamingLeader();
            fixture.clog(1, 2, true);
            final String large = "x".repeat(100_000);
            for (int i = 0; i < 40; i++) {
                fixture.propose(1, large);
            }
            fixture.clog(1, 2, false);

            fixture.receive(1, appendReply(3, 1, 1, 0));

            assertEquals(RaftLimits.MESSAGES_A_TURN, fixture.sent(1, 2).size());
            final AppendEntries message = (AppendEntries) Messages.read(fixture.take(1, 2));
            assertTrue(message.entryBytes() <= RaftLimits.BATCH_BYTES);
            assertTrue(message.entryBytes() > RaftLimits.BATCH_BYTES / 2);
        }

        /** The mistake: the catch-up of one follower keeps disks and processors busy for which appends wait. */
        @Test
        void committedEntriesAreSentInFewMessagesAtATime() {
            final CoreFixture fixture = leaderOfAFollowerBehind(20_000);
            fixture.advance(HEARTBEAT_MS);
            fixture.fire(1);
            fixture.clog(1, 2, false);

            for (int i = 0; i < 5; i++) {
                fixture.receive(1, appendReply(3, 1, 41, 0));
            }
            assertEquals(RaftLimits.CATCH_UP_MESSAGES, withEntries(fixture));

            fixture.propose(1, "payload");
            assertEquals(RaftLimits.CATCH_UP_MESSAGES, withEntries(fixture));

            fixture.receive(1, appendReply(2, 1, 4, 0));
            assertEquals(RaftLimits.CATCH_UP_MESSAGES + 1, withEntries(fixture));
        }

        /** The mistake: a catch-up is held back though nobody appends, or everybody waits for it. */
        @Test
        void committedEntriesAreNotHeldBackAtRestNorInATransfer() {
            final CoreFixture atRest = leaderOfAFollowerBehind(100_000);
            for (int i = 0; i < 2; i++) {
                atRest.advance(HEARTBEAT_MS);
                atRest.fire(1);
            }
            atRest.clog(1, 2, false);
            atRest.receive(1, appendReply(3, 1, 41, 0));
            atRest.receive(1, appendReply(3, 1, 41, 0));
            assertEquals(2 * RaftLimits.MESSAGES_A_TURN, withEntries(atRest));

            final CoreFixture inATransfer = leaderOfAFollowerBehind(100_000);
            inATransfer.advance(HEARTBEAT_MS);
            inATransfer.fire(1);
            inATransfer.clog(1, 2, false);
            assertNull(inATransfer.core(1).transferLeadership(2));
            inATransfer.receive(1, appendReply(3, 1, 41, 0));
            inATransfer.receive(1, appendReply(3, 1, 41, 0));
            assertEquals(2 * RaftLimits.MESSAGES_A_TURN, withEntries(inATransfer));
        }

        private static long withEntries(final CoreFixture fixture) {
            return fixture.sent(1, 2).stream()
                    .filter(message -> message.contains(" entries="))
                    .count();
        }

        /** 40 entries of this size are committed, and the connection to member 2 is clogged. */
        private CoreFixture leaderOfAFollowerBehind(final int payloadBytes) {
            final CoreFixture fixture = streamingLeader();
            fixture.clog(1, 2, true);
            final String large = "x".repeat(payloadBytes);
            for (int i = 0; i < 40; i++) {
                fixture.propose(1, large);
            }
            fixture.flush(1);
            fixture.receive(1, appendReply(3, 1, 41, 0));
            assertEquals(41, fixture.commit(1));
            return fixture;
        }

        /** The mistake: a follower whose connection takes nothing now is skipped for good, or its entries are. */
        @Test
        void entriesThatAConnectionDidNotTakeAreSentLater() {
            final CoreFixture fixture = streamingLeader();
            fixture.clog(1, 2, true);
            fixture.propose(1, "payload");
            assertEquals(List.of(), fixture.sent(1, 2));

            fixture.clog(1, 2, false);
            fixture.propose(1, "payload");

            assertEquals(List.of("AppendEntries term=1 prev=1@1 commit=1 round=0 entries=2@1,3@1"), fixture.sent(1, 2));
        }

        /** The mistake: a probe whose answer is lost is never repeated; or it is repeated without end. */
        @Test
        void unansweredProbeIsRepeatedOnceAHeartbeat() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();

            for (int i = 0; i < 10; i++) {
                fixture.propose(1, "payload");
            }
            assertEquals(List.of(), fixture.sent(1, 2));

            fixture.advance(HEARTBEAT_MS);
            fixture.fire(1);
            assertEquals(1, fixture.sent(1, 2).size());
            assertTrue(fixture.sent(1, 2).get(0).contains("entries=1@1,"));
        }

        /** The mistake: messages lost in the stream leave a hole that nobody notices. */
        @Test
        void holeInTheStreamIsFoundByTheNextHeartbeat() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.propose(1, "lost");
            fixture.propose(1, "lost too");
            fixture.drop(1, 2);
            fixture.settle();
            assertEquals(1, fixture.log(2).lastIndex());

            fixture.heartbeat(1);

            assertEquals(3, fixture.log(2).lastIndex());
        }

        /**
         * The mistake: to tell an earlier term's leader that it is over, a follower calls its message refused, with a hint. Both
         * may have come to the same later term when the answer arrives, which then sends the new leader to the log's begin.
         */
        @Test
        void answerToALeaderOfAnEarlierTermSaysNothingOfTheLog() {
            final CoreFixture fixture = CoreFixture.puppets(3, 5, 1, 4, 4);

            fixture.receive(1, appendEntries(2, 4, 3, 4, 1));

            assertEquals(List.of("AppendReply term=5 match=0 round=0"), fixture.sent(1, 2));
        }

        /** The mistake (row 7): a late refusal sends the leader back, below what the follower has acknowledged. */
        @Test
        void lateRefusalDoesNotSendTheLeaderBack() {
            final CoreFixture fixture = streamingLeader();
            fixture.propose(1, "payload");
            fixture.flush(1);
            fixture.receive(1, appendReply(2, 1, 2, 0));
            fixture.dropAll();

            fixture.receive(1, refusal(2, 1, 0, 1, 0, 0));
            fixture.propose(1, "payload");

            assertEquals(List.of("AppendEntries term=1 prev=2@1 commit=2 round=0 entries=3@1"), fixture.sent(1, 2));
        }

        /** The mistake: a process that came back with less than its predecessor had is believed to hold what that one held. */
        @Test
        void newConnectionsFollowerIsProbedAnew() {
            final CoreFixture fixture = streamingLeader();
            for (int i = 0; i < 4; i++) {
                fixture.propose(1, "payload");
            }
            fixture.flush(1);
            fixture.receive(1, appendReply(2, 1, 5, 0));
            fixture.cut(1, 2);
            fixture.heal(1, 2);
            assertEquals(List.of("AppendEntries term=1 prev=5@1 commit=5 round=0"), fixture.taken(1, 2));
            assertEquals(0, fixture.core(1).matchIndex(2));

            fixture.receive(1, refusal(2, 1, 0, 5, 3, 1));

            assertEquals(List.of("AppendEntries term=1 prev=3@1 commit=5 round=0 entries=4@1,5@1"), fixture.sent(1, 2));
            assertEquals(5, fixture.commit(1));
        }

        /** The mistake: an answer that was lost with its connection is told again only when the follower has more to say. */
        @Test
        void followerTellsANewConnectionWhatItHolds() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1, 1));
            fixture.flush(1);

            fixture.cut(1, 2);
            fixture.heal(1, 2);

            assertEquals(List.of("AppendReply term=1 match=3 round=0"), fixture.sent(1, 2));
        }

        /** The mistake: a conflict is passed entry by entry. Whole terms go with each exchange, on both sides. */
        @Test
        void conflictIsFoundInAsManyRoundsAsThereAreTerms() {
            final long[] leaderTerms = new long[400];
            final long[] followerTerms = new long[400];
            for (int i = 0; i < 400; i++) {
                leaderTerms[i] = i < 100 ? 1 : 2 * (i / 100) + 1;
                followerTerms[i] = i < 100 ? 1 : 2 * (i / 100);
            }
            final CoreFixture fixture = CoreFixture.down(3)
                    .load(1, 7, Raft.NONE, leaderTerms)
                    .load(2, 7, Raft.NONE, followerTerms)
                    .load(3, 7, Raft.NONE, leaderTerms);
            fixture.start(1).start(3);
            fixture.elect(1);
            fixture.takeEvents();

            fixture.start(2);
            fixture.heartbeat(1);

            final long refusals = fixture.takeEvents().stream()
                    .filter(event -> event.startsWith("2->1") && event.contains("refused prev"))
                    .count();
            assertTrue(refusals <= 4, refusals + " refusals");
            assertEquals(fixture.terms(1), fixture.terms(2));
        }

        /** The mistake: followers of an idle cluster learn of the last commit a heartbeat late. */
        @Test
        void commitThatNoEntryTakesAlongIsToldSoon() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.propose(1, "payload");
            fixture.settle();
            assertEquals(1, fixture.commit(2));

            fixture.advance(HEARTBEAT_MS / 5);
            fixture.fire(1);
            fixture.settle();

            assertEquals(2, fixture.commit(2));
            assertEquals(2, fixture.commit(3));
        }

        /** The mistake: a follower whose file is full drops entries silently, or acknowledges them. */
        @Test
        void followerWithoutRoomAcknowledgesWhatItTookAndGetsTheRestLater() {
            final CoreFixture fixture = CoreFixture.cluster(3);
            fixture.elect(1);
            fixture.full(2, true);
            fixture.propose(1, "payload");
            fixture.settle();
            assertEquals(1, fixture.log(2).lastIndex());
            assertEquals(1, fixture.core(1).matchIndex(2));

            fixture.full(2, false);
            fixture.heartbeat(1);

            assertEquals(2, fixture.core(1).matchIndex(2));
        }

        /** The mistake: uncommitted entries pile up without bound while no majority answers. */
        @Test
        void leaderTakesNoMoreThanABoundOfUncommittedBytes() {
            final CoreFixture fixture = streamingLeader();
            final String large = "x".repeat(1 << 20);

            int taken = 0;
            while (fixture.propose(1, large) != Raft.NOT_ACCEPTED) {
                taken++;
                assertTrue(taken < 100, "no bound");
            }
            assertFalse(fixture.core(1).acceptsProposals());
            assertEquals(RaftLimits.UNCOMMITTED_BYTES >> 20, taken, 1);
        }

        /** The mistake: once the bound was reached, an answer that commits everything at a stroke does not lift it. */
        @Test
        void boundOfUncommittedBytesIsLiftedWhenAllIsCommittedAtAStroke() {
            final CoreFixture fixture = CoreFixture.cluster(1);
            fixture.timeout(1);
            fixture.flush(1);
            final String large = "x".repeat((1 << 20) + 100);
            for (int i = 0; i < 100; i++) {
                fixture.propose(1, large); // Nothing is flushed meanwhile.
            }
            assertFalse(fixture.core(1).acceptsProposals());

            fixture.flush(1);

            assertEquals(fixture.log(1).lastIndex(), fixture.commit(1));
            assertTrue(fixture.core(1).acceptsProposals());
        }

        private CoreFixture streamingLeader() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            fixture.flush(1);
            fixture.receive(1, appendReply(2, 1, 1, 0));
            fixture.dropAll();
            return fixture;
        }
    }

    /** Disks that are slow, stuck or full. */
    @Nested
    class Disks {
        /** The mistake (row 25): a leader that waits for its own disk sends no heartbeats. */
        @Test
        void leaderWithAHungDiskGoesOnSendingHeartbeats() {
            final CoreFixture fixture = streaming();
            fixture.propose(1, "payload");

            for (int i = 0; i < 8; i++) {
                fixture.dropAll();
                fixture.advance(HEARTBEAT_MS);
                fixture.fire(1);
                fixture.receive(1, appendReply(2, 1, 1, 1));
                assertEquals(1, fixture.sent(1, 2).size());
            }
            assertEquals(RoleKind.LEADER, fixture.role(1));
        }

        /** The mistake: a leader whose disk hangs for good leads on, and nothing commits that needs it. */
        @Test
        void leaderWhoseDiskHangsForLongLeavesOffice() {
            final CoreFixture fixture = streaming();
            fixture.propose(1, "payload");

            final long limitMs = RaftLimits.STALLED_DISK_TIMEOUTS * ELECTION_TIMEOUT_MS;
            for (long ms = 0; ms < limitMs; ms += HEARTBEAT_MS) {
                assertEquals(RoleKind.LEADER, fixture.role(1));
                fixture.advance(HEARTBEAT_MS);
                fixture.receive(1, appendReply(2, 1, 1, 1));
                fixture.fire(1);
            }
            fixture.advance(HEARTBEAT_MS);
            fixture.receive(1, appendReply(2, 1, 1, 1));
            fixture.fire(1);

            assertEquals(RoleKind.FOLLOWER, fixture.role(1));
        }

        /** The mistake (row 25): a follower that flushes answers no heartbeat, and the leader believes it gone. */
        @Test
        void followerAnswersHeartbeatsWhileItsDiskIsBusy() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1, 1));
            fixture.dropAll();

            fixture.receive(1, appendRecords(2, 1, 3, 1, 0, 1, clientEntry(4, 1)));
            fixture.receive(1, appendRecords(2, 1, 4, 1, 0, 2, clientEntry(5, 1)));

            assertEquals(
                    List.of("AppendReply term=1 match=1 round=1", "AppendReply term=1 match=1 round=2"),
                    fixture.sent(1, 2));
        }

        /** The mistake: a member that has lost its room since it asked for pre-votes raises its term when it wins them. */
        @Test
        void memberThatCanWriteNothingAnyMoreDoesNotCampaignThoughItWonThePreVote() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.timeout(1);
            fixture.full(1, true);

            fixture.receive(1, preVoteReply(2, 1, 2, true));
            assertEquals(1, fixture.term(1));
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.full(1, false);
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 1, 2, true));
            assertEquals(RoleKind.CANDIDATE, fixture.role(1));
        }

        /** The mistake: a vote in a new term is written as two hard states, the term and then the vote. */
        @Test
        void voteInANewTermIsOneRecord() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            final long before = fixture.log(1).lastRecordSeq();

            fixture.receive(1, voteRequest(2, 5, 1, 1));

            assertEquals(2, fixture.core(1).votedFor());
            assertEquals(before + 1, fixture.log(1).lastRecordSeq());
        }

        /** The mistake: a member campaigns, and wins, though its disk or its log takes nothing. */
        @Test
        void memberThatCouldWriteNothingDoesNotCampaign() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.full(1, true);
            fixture.timeout(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.full(1, false);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1));
            fixture.timeout(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1), "its disk has been busy for an election timeout");

            fixture.flush(1);
            fixture.timeout(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** The mistake: a successor has no room for the entry by which its term must begin. */
        @Test
        void memberThatCouldWriteNothingTakesNoOfficeOver() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));
            fixture.full(1, true);

            fixture.receive(1, timeoutNow(2, 1));
            fixture.fire(1);
            assertEquals(RoleKind.FOLLOWER, fixture.role(1));

            fixture.full(1, false);
            fixture.receive(1, timeoutNow(2, 1));
            fixture.fire(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1));
        }

        /** The mistake: a large entry that takes longer than an election timeout on its way elects another leader. */
        @Test
        void leaderWhoseEntriesAreUnderWayIsNotCalledDead() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0, 1));
            for (int i = 0; i < 10; i++) {
                fixture.advance(ELECTION_TIMEOUT_MS - 1);
                fixture.core(1).onEntriesUnderWay(2, 1);
                fixture.fire(1);
                assertEquals(2, fixture.core(1).leaderId());
            }

            fixture.advance(2 * ELECTION_TIMEOUT_MS);
            fixture.core(1).onEntriesUnderWay(3, 1);
            fixture.core(1).onEntriesUnderWay(2, 0);
            fixture.fire(1);
            assertEquals(RoleKind.PRE_CANDIDATE, fixture.role(1), "neither another's nor an old leader's count");
        }

        /** The mistake: the time that a slow disk takes for the own vote is taken from the voters. */
        @Test
        void votersHaveAnElectionTimeoutFromWhenTheyAreAsked() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.draws(1, 0, 0, 0, 0);
            fixture.timeout(1);
            fixture.receive(1, preVoteReply(2, 1, 2, true));
            fixture.advance(ELECTION_TIMEOUT_MS - 1);
            fixture.flush(1);

            fixture.advance(ELECTION_TIMEOUT_MS - 1);
            fixture.fire(1);
            fixture.receive(1, voteReply(2, 2, true));

            assertEquals(RoleKind.LEADER, fixture.role(1));
        }

        private CoreFixture streaming() {
            final CoreFixture fixture = CoreFixture.puppets(3, 0);
            fixture.winAmongPuppets();
            fixture.flush(1);
            fixture.receive(1, appendReply(2, 1, 1, 0));
            return fixture;
        }
    }

    /** Row 26: what no correct member would send is that member's fault, and changes nothing. */
    @Nested
    class Input {
        @Test
        void entriesOutOfOrderAreRefused() {
            refused(appendRecords(2, 1, 1, 1, 0, 0, clientEntry(3, 1)));
            refused(appendRecords(2, 1, 1, 1, 0, 0, clientEntry(2, 1), clientEntry(4, 1)));
            refused(appendRecords(2, 1, 1, 1, 0, 0, clientEntry(1, 1)));
        }

        @Test
        void entriesWhoseTermsDecreaseOrExceedTheLeadersAreRefused() {
            refused(appendRecords(2, 3, 1, 1, 0, 0, clientEntry(2, 3), clientEntry(3, 2)));
            refused(appendRecords(2, 3, 1, 1, 0, 0, clientEntry(2, 4)));
            refused(appendRecords(2, 3, 0, 0, 0, 0, clientEntry(1, 0)));
        }

        @Test
        void damagedEntryIsRefused() {
            final byte[] entry = clientEntry(2, 1);
            entry[LogRecord.HEADER_LENGTH] ^= 1;
            refused(appendRecords(2, 1, 1, 1, 0, 0, entry));
        }

        @Test
        void impossiblePreviousEntryIsRefused() {
            refused(appendEntries(2, 1, -1, 1, 0));
            refused(appendEntries(2, 1, 0, 5, 0));
        }

        @Test
        void answerForEntriesThatTheLeaderLacksIsRefused() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.winAmongPuppets();

            assertThrows(ProtocolException.class, () -> fixture.receive(1, appendReply(2, 2, 3, 0)));

            assertEquals(0, fixture.commit(1));
        }

        /** The mistake: what was verified against a leader is taken for the log's, and committed beyond its end. */
        @Test
        void leaderThatSupersedesItsOwnEntriesIsRefused() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 3, 1, 1, 1, 2, 2));

            assertThrows(ProtocolException.class, () -> fixture.receive(1, appendEntries(2, 3, 1, 1, 3, 3)));

            assertEquals(List.of(1L, 2L, 2L), fixture.terms(1));
            assertEquals(1, fixture.commit(1));
        }

        @Test
        void strangersAndEchoesAreIgnored() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);

            fixture.receive(1, voteRequest(9, 5, 9, 9));
            fixture.receive(1, appendEntries(1, 5, 1, 1, 0));

            assertEquals(1, fixture.term(1));
            assertTrue(fixture.isSilent(1));
        }

        private void refused(final byte[] frame) {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);

            assertThrows(ProtocolException.class, () -> fixture.receive(1, frame));

            assertEquals(0, fixture.commit(1));
            assertEquals(1, fixture.terms(1).get(0));
        }
    }

    /** What can only happen through a defect stops the member instead of spreading. */
    @Nested
    class Invariants {
        @Test
        void twoLeadersInOneTermStopTheMember() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 1, 1, 0));

            assertThrows(Invariant.Violation.class, () -> fixture.receive(1, appendEntries(3, 1, 1, 1, 0)));
        }

        @Test
        void leaderThatContradictsWhatIsCommittedStopsTheMember() {
            final CoreFixture fixture = CoreFixture.puppets(3, 1, 1, 1);
            fixture.receive(1, appendEntries(2, 1, 2, 1, 2));

            assertThrows(Invariant.Violation.class, () -> fixture.receive(1, appendEntries(3, 2, 1, 1, 2, 2)));
            assertThrows(Invariant.Violation.class, () -> fixture.receive(1, appendEntries(3, 2, 2, 2, 2)));
            assertEquals(List.of(1L, 1L), fixture.terms(1));
        }

        @Test
        void logLaterThanTheTermIsNotStarted() {
            assertThrows(Invariant.Violation.class, () -> CoreFixture.puppets(3, 1, 1, 2));
        }

        @Test
        void commitIndexBehindTheLogIsNotStarted() {
            final CoreFixture fixture = CoreFixture.down(3).load(1, 1, Raft.NONE, 1);

            assertThrows(Invariant.Violation.class, () -> fixture.start(1, 2));
        }
    }
}
