package io.byssus.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ObserversHearTheSameTest {
  private static final Map<Class<?>, Object> SAMPLES =
      Map.of(
          String.class,
          "x",
          int.class,
          3,
          long.class,
          4L,
          boolean.class,
          true,
          CloseCode.class,
          CloseCode.NORMAL,
          ErrorCode.class,
          ErrorCode.FORBIDDEN,
          Gap.class,
          Gap.TRIMMED,
          Duration.class,
          Duration.ofSeconds(1),
          Throwable.class,
          new IllegalStateException());

  private final List<String> heard = new ArrayList<>();

  /** A new event that is not handed on would be counted nowhere, and nobody would notice. */
  static Stream<Method> events() {
    return Stream.of(NodeObserver.class.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()));
  }

  @ParameterizedTest
  @MethodSource("events")
  void everyEventReachesBothInOrder(Method event) throws ReflectiveOperationException {
    var arguments = Stream.of(event.getParameterTypes()).map(SAMPLES::get).toArray();
    event.invoke(new Observers(ear("first"), ear("second")), arguments);
    var told = event.getName() + Arrays.toString(arguments);
    assertThat(heard).containsExactly("first " + told, "second " + told);
  }

  private NodeObserver ear(String name) {
    return (NodeObserver)
        Proxy.newProxyInstance(
            NodeObserver.class.getClassLoader(),
            new Class<?>[] {NodeObserver.class},
            (proxy, method, arguments) -> {
              var told = arguments == null ? "[]" : Arrays.toString(arguments);
              heard.add(name + " " + method.getName() + told);
              return null;
            });
  }
}
