import { storage, withoutSecrets } from "./storage.js";

const here = (path) => new URL(`tabs/${path}`, import.meta.url);

/** The tabs of a first visit: documents from `tabs/`, in the order of `tabs.json`. */
export async function readyMadeTabs() {
  const tabs = await (await fetch(here("tabs.json"))).json();
  return Promise.all(tabs.map(readTab));
}

async function readTab({ document, variables }) {
  const query = await (await fetch(here(document))).text();
  return { query, variables: JSON.stringify(withDemoEmail(variables), null, 2) };
}

function withDemoEmail(variables) {
  const { demoEmail } = document.documentElement.dataset;
  const isSignIn = variables.input && "password" in variables.input;
  return isSignIn ? { input: { ...variables.input, email: demoEmail } } : variables;
}

/**
 * Makes the editors open with what the active tab holds. GraphiQL 4.1 keeps them and the tabs apart: it would show
 * no variables on a first visit, and add a tab after a reload that came before all were kept.
 */
export function fillEditors(firstTab) {
  const kept = JSON.parse(storage.getItem("graphiql:tabState"));
  const { query, variables } = kept?.tabs[kept.activeTabIndex] ?? firstTab;
  storage.setItem("graphiql:query", query ?? "");
  storage.setItem("graphiql:variables", variables ?? "");
}

/** The tab that an address with `?query=…&variables=…` asks for; it is shown, never run. */
export function linkedTab() {
  const asked = new URLSearchParams(location.search);
  return asked.has("query") ? { query: asked.get("query"), variables: asked.get("variables") ?? "" } : null;
}

export function linkTo(query, variables) {
  const link = new URL(location.pathname, location.origin);
  link.searchParams.set("query", withoutSecrets(query));
  if (variables) link.searchParams.set("variables", withoutSecrets(variables));
  return link.href;
}
