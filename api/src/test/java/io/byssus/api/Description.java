package io.byssus.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** spec/openapi.yaml. */
record Description(OpenAPI all) {
  static final String BASE = "/api/v1";

  /**
   * One operation.
   *
   * @param parameters of its path and its own
   */
  record Described(
      String id, String method, String path, List<Parameter> parameters, Operation operation) {}

  static Description read() {
    var options = new ParseOptions();
    options.setResolve(true);
    var parsed = new OpenAPIV3Parser().readLocation(file().toString(), null, options);
    assertThat(parsed.getMessages()).isEmpty();
    return new Description(parsed.getOpenAPI());
  }

  /** Tests run in the folder of the module, or in that of the whole. */
  static Path file() {
    var whole = Path.of("spec", "openapi.yaml");
    return Files.exists(whole) ? whole : Path.of("..").resolve(whole);
  }

  List<Described> operations() {
    var operations = new ArrayList<Described>();
    all.getPaths()
        .forEach((path, item) ->
            item.readOperationsMap()
                .forEach((PathItem.HttpMethod method, Operation operation) -> {
                  var parameters = new ArrayList<Parameter>();
                  List.of(item, operation)
                      .forEach(any ->
                          parameters.addAll(
                              Objects.requireNonNullElse(
                                  any instanceof PathItem of
                                      ? of.getParameters()
                                      : operation.getParameters(),
                                  List.<Parameter>of())));
                  operations.add(
                      new Described(
                          operation.getOperationId(),
                          method.name(),
                          path,
                          parameters.stream().map(this::whole).distinct().toList(),
                          operation));
                }));
    return operations;
  }

  private Parameter whole(Parameter parameter) {
    return parameter.get$ref() == null
        ? parameter
        : all.getComponents().getParameters().get(last(parameter.get$ref()));
  }

  /** The schema itself, where another only names it. */
  Schema<?> whole(Schema<?> schema) {
    return schema.get$ref() == null
        ? schema
        : all.getComponents().getSchemas().get(last(schema.get$ref()));
  }

  private static String last(String reference) {
    return reference.substring(reference.lastIndexOf('/') + 1);
  }
}
