const { readdirSync } = require("node:fs");
const { dirname, join } = require("node:path");

const rules = readdirSync(join(dirname(require.resolve("graphql-schema-linter")), "rules"));

module.exports = {
  // All of them, but for the order: things stand here in the order in which people read them.
  rules: rules.map((file) => file.replace(".js", "").replaceAll("_", "-")).filter((rule) => !rule.includes("sorted")),
};
