// Copies the browser builds of the pinned packages to where the server looks for them.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";

const here = (path) => new URL(path, import.meta.url);

const FILES = {
  "react.js": "react/umd/react.production.min.js",
  "react-dom.js": "react-dom/umd/react-dom.production.min.js",
  "graphiql.js": "graphiql/graphiql.min.js",
  "graphiql.css": "graphiql/graphiql.min.css",
  "explorer.js": "@graphiql/plugin-explorer/dist/index.umd.js",
  "explorer.css": "@graphiql/plugin-explorer/dist/style.css",
};

rmSync(here("vendor"), { recursive: true, force: true });
mkdirSync(here("vendor"));
for (const [name, source] of Object.entries(FILES)) {
  copyFileSync(here(`node_modules/${source}`), here(`vendor/${name}`));
}
console.log(`${Object.keys(FILES).length} files in web/graphiql/vendor`);
