import { readFileSync } from "node:fs";
import graphql from "@graphql-eslint/eslint-plugin";

const guide = readFileSync(new URL("../../docs/client-guide.md", import.meta.url), "utf8");
const [, withoutId] = guide.match(/<!-- types without an id -->(.*?)<!-- end -->/s);

export default [
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "app/schema.graphql", documents: "app/src/operations/*.graphql" } },
    },
  },
  {
    files: ["app/schema.graphql"],
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
        },
      ],
      // Parts of an object, and answers, are nothing by themselves. The guide names them; its tests keep the list.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        { exceptions: { types: [...withoutId.matchAll(/\w+/g)].map(String), suffixes: ["Payload"] } },
      ],
      // The audit trail is read from its newest end only.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // Roles, alerts and the like are few: lists without pages.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
  { files: ["app/src/operations/*.graphql"], rules: graphql.configs["flat/operations-recommended"].rules },
];
