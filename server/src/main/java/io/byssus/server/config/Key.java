package io.byssus.server.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * All that is known of one key of {@link Config}, in the one place from which it is parsed, checked
 * and documented. All texts are written as an operator would write them.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Key {
  /** What it is for, and what follows when a bound is met. */
  String doc();

  /** The default. Of a key without one, which is Optional: what then holds. */
  String value() default "";

  /** The least value; of a text its length, of a list its size. Empty: no bound. */
  String min() default "";

  /** The greatest value, as {@link #min}. */
  String max() default "";

  /** What is counted, where the type does not tell. */
  String unit() default "";

  /** A short environment variable besides the one that follows from the key. */
  String env() default "";
}
