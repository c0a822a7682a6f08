package io.byssus.core.engine;

import io.byssus.core.engine.ClusterBus.Announcement;
import io.byssus.core.engine.ClusterBus.Notice;
import io.byssus.core.engine.ClusterBus.Question;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.session.Owner;
import java.util.Optional;

/** What goes over a {@link ClusterBus} whose nodes are several processes: {@link BusCodec}. */
public sealed interface BusMessage {
  record Announced(Announcement announcement) implements BusMessage {}

  record Left(Owner owner) implements BusMessage {}

  record Told(Notice notice) implements BusMessage {}

  record Asked(Ask ask, Question question) implements BusMessage {}

  /**
   * @param number of the question
   */
  record Replied(long number, Owner by, Reply reply) implements BusMessage {}

  /**
   * One of a newer build.
   *
   * @param ask if it is a question
   */
  record Unknown(String type, Optional<Ask> ask) implements BusMessage {}

  /**
   * @param number by which its reply is known
   * @param by whom the reply is for
   */
  record Ask(long number, Owner by) {}
}
