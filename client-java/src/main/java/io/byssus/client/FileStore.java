package io.byssus.client;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A store in a file, which its owner alone may read. The file holds commands of the protocol, one a
 * line: the {@code connect} that resumes the session, and a {@code subscribe} for each position. It
 * is replaced whole, so a crash leaves the old one or the new one. One client at a time.
 */
public final class FileStore implements Store {
  private static final FileAttribute<?>[] OWNER_ONLY =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
          ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          }
          : new FileAttribute<?>[0];

  private final JsonCodec codec = new JsonCodec();
  private final Path file;
  private final Path draft;

  /**
   * A store that keeps everything in {@code file}, and writes {@code file} with {@code .new} behind
   * its name first. The folder must be there.
   */
  public FileStore(Path file) {
    this.file = file.toAbsolutePath();
    this.draft = this.file.resolveSibling(this.file.getFileName() + ".new");
  }

  @Override
  public Optional<SavedSession> load() {
    try {
      return saved(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<SavedSession> saved(byte[] lines) {
    Optional<SavedSession> saved = Optional.empty();
    var inbox = OptionalLong.empty();
    var positions = new HashMap<String, Position>();
    var session = "";
    var resume = "";
    for (var line : codec.commands(lines)) {
      if (!(line instanceof Decoded.Good good)) {
        continue; // a newer version's
      }
      if (good.command() instanceof Command.Connect connect && connect.resume().isPresent()) {
        session = connect.resume().get().session();
        resume = connect.resume().get().token();
        inbox = connect.inbox().map(OptionalLong::of).orElseGet(OptionalLong::empty);
      } else if (good.command() instanceof Command.Subscribe subscribe) {
        subscribe.position().ifPresent(at -> positions.put(subscribe.channel(), at));
      }
    }
    if (!session.isEmpty()) {
      saved = Optional.of(new SavedSession(session, resume, positions, inbox));
    }
    return saved;
  }

  @Override
  public void save(SavedSession saved) {
    try {
      Files.deleteIfExists(draft);
      Files.createFile(draft, OWNER_ONLY);
      Files.write(draft, lines(saved));
      Files.move(draft, file, ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] lines(SavedSession saved) {
    var lines = new ByteArrayOutputStream();
    var connect =
        new Command.Connect(
            Command.NO_ID,
            "",
            Optional.of(new Command.Resume(saved.session(), saved.resume())),
            Set.of(),
            Map.of(),
            Map.of(),
            saved.inbox().isPresent() ? Optional.of(saved.inbox().getAsLong()) : Optional.empty(),
            false,
            0);
    lines.writeBytes(codec.encode(connect));
    saved
        .positions()
        .forEach((channel, position) -> {
          lines.write('\n');
          lines.writeBytes(
              codec.encode(new Command.Subscribe(Command.NO_ID, channel, Optional.of(position))));
        });
    return lines.toByteArray();
  }

  @Override
  public void clear() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
