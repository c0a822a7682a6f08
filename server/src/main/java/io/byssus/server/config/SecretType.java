package io.byssus.server.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;

/** A secret: itself, as Base64, or what stands in a file. */
public final class SecretType extends ValueType<Secret> {
  private static final String ENCODED = "base64:";
  private static final String IN_A_FILE = "file:";

  @Override
  public String what() {
    return "a text, base64:TEXT or file:PATH";
  }

  @Override
  public Secret parse(String text) {
    if (text.startsWith(ENCODED)) {
      return decoded(text);
    }
    if (text.startsWith(IN_A_FILE)) {
      return inFile(text.substring(IN_A_FILE.length()));
    }
    return Secret.of(text);
  }

  @Override
  public boolean repeatable(String text) {
    return false;
  }

  @Override
  public String offTheCommandLine(String text, Secret secret, String variable) {
    return text.startsWith(IN_A_FILE) ? "" : "set it in a file, as file:PATH or by " + variable;
  }

  private static Secret inFile(String name) {
    var secret = readable(name);
    if (secret.bits() == 0) {
      throw new Refused("the file " + name + " is empty");
    }
    return secret;
  }

  private static Secret readable(String name) {
    try {
      var file = Path.of(name);
      return read(file).of(file);
    } catch (NoSuchFileException e) {
      throw new Refused("there is no file " + name);
    } catch (AccessDeniedException e) {
      throw new Refused("this user may not read the file " + name);
    } catch (IOException | InvalidPathException e) {
      throw new Refused("the file " + name + " cannot be read as text");
    } catch (IllegalArgumentException e) {
      throw new Refused("the text after base64: in the file " + name + " is not base64");
    }
  }

  /**
   * The text of the file as it stands, but for the line end; only base64: makes bytes of it.
   *
   * @throws IllegalArgumentException what stands after that is none
   */
  public static Secret read(Path file) throws IOException {
    var text = Files.readString(file).stripTrailing();
    return text.startsWith(ENCODED) ? decoded(text) : Secret.of(text);
  }

  private static Secret decoded(String text) {
    return new Secret(Base64.getDecoder().decode(text.substring(ENCODED.length())));
  }
}
