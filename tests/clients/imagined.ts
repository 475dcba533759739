/** A server without a server: every field has an answer, and there is one object of each type. */
import { readFileSync } from "node:fs";
import {
  buildSchema,
  execute,
  type GraphQLFieldResolver,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  parse,
  typeFromAST,
} from "graphql";

const schema = buildSchema(readFileSync("app/schema.graphql", "utf8"));

function example(type: GraphQLType, name: string): unknown {
  if (isNonNullType(type)) return example(type.ofType, name);
  if (isListType(type)) return [example(type.ofType, name)];
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(fields.map((field) => [field.name, example(field.type, field.name)]));
  }
  if (!isLeafType(type)) return {};
  return { Int: 1, Float: 1, Boolean: true }[type.name] ?? `some ${name}`;
}

const answer: GraphQLFieldResolver<unknown, unknown> = (_source, _arguments, _context, info) =>
  info.fieldName === "id" ? `one ${info.parentType.name}` : example(info.returnType, info.fieldName);

/** Values for the variables that must be given, and for the size of a page. */
export function variablesFor(operation: OperationDefinitionNode): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (type.kind !== Kind.NON_NULL_TYPE && name !== "first") continue;
    const found = typeFromAST(schema, type as NamedTypeNode);
    if (found) variables[name] = example(found, name);
  }
  return variables;
}

export const imaginedFetch: typeof fetch = async (_address, options) => {
  const { query, variables } = JSON.parse(String(options?.body));
  const result = execute({ schema, document: parse(query), variableValues: variables, fieldResolver: answer });
  return new Response(JSON.stringify(await result), { headers: { "Content-Type": "application/json" } });
};
