package io.byssus.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The rules of docs/threads.md, as far as they can be read from the classes. */
class OnlyTheLaneTouchesItsStateTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.byssus.core");

  /** Where what follows on an answer may run on the engine's thread, and why. */
  private static final Map<String, String> ANY_THREAD =
      Map.of(
          "node.ChannelCommands.start", "takes the position out of a page",
          "node.SessionClaim.list", "two steps of the engine, one after the other",
          "node.Debts.step", "EndedSessions may be called from any thread",
          "node.Strays.release", "two steps of the engine, and what is shared",
          "node.FailureLog.logFailure", "tells the observer, which may be called on any thread",
          "node.UserSessions.", "without state",
          "delivery.Router.", "without state");

  @Test
  void whoeverChangesWhatALaneOwnsChecksThatItIsOnIt() {
    mutatorsCheck().check(CORE);
    breaks(mutatorsCheck(), Planted.TouchesWithoutACheck.class);
    breaks(mutatorsCheck(), Planted.ChecksTooLate.class);
  }

  private static ArchRule mutatorsCheck() {
    return classes().that().areAnnotatedWith(LaneConfined.class).should(checkFirst());
  }

  private static ArchCondition<JavaClass> checkFirst() {
    return new ArchCondition<>("call Lane.check before a field is assigned") {
      @Override
      public void check(JavaClass owner, ConditionEvents events) {
        for (var method : owner.getMethods()) {
          if (!method.getModifiers().contains(JavaModifier.PRIVATE)
              && !method.getModifiers().contains(JavaModifier.SYNTHETIC)
              && assignedAt(owner, method) < checkedAt(method)) {
            events.add(
                SimpleConditionEvent.violated(
                    method, method.getFullName() + " assigns a field without Lane.check() before"));
          }
        }
      }
    };
  }

  private static int assignedAt(JavaClass owner, JavaMethod method) {
    return method.getFieldAccesses().stream()
        .filter(access -> access.getAccessType() == AccessType.SET)
        .filter(access -> access.getTargetOwner().equals(owner))
        .mapToInt(access -> access.getLineNumber())
        .min()
        .orElse(Integer.MAX_VALUE);
  }

  private static int checkedAt(JavaMethod method) {
    return method.getMethodCallsFromSelf().stream()
        .filter(call -> call.getTarget().getName().equals("check"))
        .filter(call -> call.getTargetOwner().isAssignableTo(Lane.class))
        .mapToInt(call -> call.getLineNumber())
        .min()
        .orElse(Integer.MAX_VALUE);
  }

  @Test
  void whatFollowsOnAnAnswerRunsOnTheLane() {
    answersComeToTheLane().check(CORE);
    breaks(answersComeToTheLane(), Planted.GoesOnAnywhere.class);
  }

  private static ArchRule answersComeToTheLane() {
    return classes()
        .that()
        .resideInAnyPackage(
            "io.byssus.core.node",
            "io.byssus.core.channel",
            "io.byssus.core.delivery",
            "io.byssus.core.connection",
            Planted.class.getPackageName())
        .should(goOnByLaneWhen());
  }

  private static ArchCondition<JavaClass> goOnByLaneWhen() {
    return new ArchCondition<>("go on with an answer by Lane.when") {
      @Override
      public void check(JavaClass caller, ConditionEvents events) {
        for (var call : caller.getMethodCallsFromSelf()) {
          var name = call.getTarget().getName();
          var follows =
              List.of("then", "handle", "whenComplete", "exceptionally", "runAfter", "acceptEither")
                  .stream()
                  .anyMatch(name::startsWith);
          if (follows
              && call.getTargetOwner().isAssignableTo(CompletionStage.class)
              && !allowed(call.getOriginOwner().getName() + '.' + call.getOrigin().getName())) {
            events.add(SimpleConditionEvent.violated(call, call.getDescription()));
          }
        }
      }
    };
  }

  private static boolean allowed(String method) {
    return ANY_THREAD.keySet().stream().anyMatch(name -> method.contains("core." + name));
  }

  private static void breaks(ArchRule rule, Class<?> violation) {
    var classes = new ClassFileImporter().importClasses(violation);
    assertThatThrownBy(() -> rule.check(classes))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(violation.getSimpleName());
  }
}
