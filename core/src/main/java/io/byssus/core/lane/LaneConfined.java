package io.byssus.core.lane;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What is in the class belongs to one lane. Whatever others may call and assigns a field begins
 * with {@link Lane#check}; a test of the architecture sees to it.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
public @interface LaneConfined {}
