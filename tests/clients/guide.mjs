/** Writes app/: the small app that docs/client-guide.md describes, its operations and files as they stand there. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
const app = new URL("app/", import.meta.url);
const guide = readFileSync(new URL("docs/client-guide.md", root), "utf8");

const OPERATION = /^```graphql\n(.*?)^```$/gms;
const FILE = /^```\w+ (\S+\.\w+)\n(.*?)^```$/gms;

rmSync(app, { recursive: true, force: true });
for (const folder of ["src/operations/", "src/relay/"]) mkdirSync(new URL(folder, app), { recursive: true });
copyFileSync(new URL("schema.graphql", root), new URL("schema.graphql", app));
for (const [, document] of guide.matchAll(OPERATION)) {
  const [, name] = document.match(/^(?:query|mutation) (\w+)/);
  writeFileSync(new URL(`src/operations/${name}.graphql`, app), document);
  const module = `import { graphql } from "react-relay";\n\ngraphql\`\n${document}\`;\n`;
  writeFileSync(new URL(`src/relay/${name}.ts`, app), module);
}
for (const [, path, text] of guide.matchAll(FILE)) writeFileSync(new URL(path, app), text);
