// What a person does on the page, in terms of GraphiQL 4.1's markup.
import { email, password } from "./browser.js";

export const QUERY = ".graphiql-query-editor";
export const VARIABLES = ".graphiql-editor-tool .graphiql-editor:not(.hidden)";
export const RESULT = ".result-window";

export async function signIn(page, secret = password) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Opens a ready-made tab, and waits until GraphiQL has read its document (it does so 100 ms later). */
export async function openTab(page, name) {
  await page.locator(".graphiql-tab-button", { hasText: name }).click();
  await page.waitForFunction((title) => localStorage["rollcall.graphiql:query"]?.includes(title), name);
}

export const shown = (page, editor) =>
  page.locator(`${editor} .CodeMirror`).evaluate(({ CodeMirror }) => CodeMirror.getValue());

/** Runs the operation under the cursor, and answers what the result pane shows. */
export async function run(page) {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.locator(`${QUERY} .CodeMirror`).click({ position: { x: 200, y: 30 } });
  await page.keyboard.press("Control+Enter");
  await answered;
  const isFilled = (editor) => document.querySelector(`${editor} .CodeMirror`).CodeMirror.getValue() !== "";
  await page.waitForFunction(isFilled, RESULT);
  return JSON.parse(await shown(page, RESULT));
}

/** Replaces what an editor holds. */
export async function write(page, editor, text) {
  await page.locator(`${editor} .CodeMirror`).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

/** Waits until GraphiQL has kept the active tab for the next visit with these facts (it does so after half a second). */
export async function untilKept(page, facts) {
  const isKept = (wanted) => {
    const { tabs, activeTabIndex } = JSON.parse(localStorage["rollcall.graphiql:tabState"] ?? '{"tabs":[]}');
    return Object.entries(wanted).every(([fact, value]) => tabs[activeTabIndex]?.[fact] === value);
  };
  await page.waitForFunction(isKept, facts);
}
