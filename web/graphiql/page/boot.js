import { post } from "./api.js";
import { authorization, learn, listen, refresh } from "./session.js";
import { openSignInBox } from "./sign-in-box.js";
import { storage } from "./storage.js";
import { fillEditors, linkedTab, linkTo, readyMadeTabs } from "./tabs.js";

const { createElement: h } = React;
const { ToolbarButton, useEditorContext } = GraphiQL.React;

/** Headers of the editor win, so that a token can be tried by hand. */
async function fetcher(operation, { headers = {} } = {}) {
  const named = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  const result = await post(operation, named ? headers : { ...headers, ...authorization() });
  if (!named) await learn(operation, result);
  return result;
}

function CopyLink() {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const copy = () => navigator.clipboard.writeText(linkTo(queryEditor.getValue(), variableEditor.getValue()));
  const icon = h("svg", { viewBox: "0 0 24 24", className: "graphiql-toolbar-icon link-icon", "aria-hidden": true },
    h("path", { d: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.5 1.5" }),
    h("path", { d: "M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.5-1.5" }));
  return h(ToolbarButton, { onClick: copy, label: "Copy a link to this operation" }, icon);
}

/** GraphiQL asks for the schema itself, unless it is told that there is none for this reader. */
function schemaFor(viewer) {
  const { introspection } = document.documentElement.dataset;
  return introspection === "public" || (introspection === "signed-in" && viewer) ? undefined : null;
}

const toolbar = ({ prettify, merge, copy }) => h(React.Fragment, null, prettify, merge, copy, h(CopyLink));

async function start() {
  let show = () => {};
  let current = null;
  listen(({ viewer }) => show((current = viewer)));
  openSignInBox();
  await refresh();
  const tabs = await readyMadeTabs();
  const linked = linkedTab();
  // A reload shall not open the linked tab again.
  if (linked) history.replaceState(null, "", location.pathname);
  const defaultTabs = linked ? [linked, ...tabs] : tabs;
  fillEditors(defaultTabs[0]);
  const properties = {
    fetcher,
    storage,
    defaultTabs,
    plugins: [GraphiQLPluginExplorer.explorerPlugin({ showAttribution: false })],
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
    defaultEditorToolsVisibility: "variables",
    ...linked,
  };
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  const parts = [h(GraphiQL.Logo, { key: "logo" }, "GraphiQL"), h(GraphiQL.Toolbar, { key: "toolbar" }, toolbar)];
  show = (viewer) => root.render(h(GraphiQL, { ...properties, schema: schemaFor(viewer) }, parts));
  show(current);
}

start();
