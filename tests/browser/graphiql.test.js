import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closedUrl, email, launch, password, screenshot, url, visit } from "./browser.js";
import { openTab, QUERY, RESULT, run, shown, signIn, untilKept, VARIABLES, write } from "./page.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test("a first visit finds the ready-made tabs", () =>
  visit(browser, async (page) => {
    const titles = await page.locator(".graphiql-tab-button").allTextContents();
    assert.deepEqual(titles, ["SignIn", "UsersPage", "AddUser", "DisableUser", "UnlockUser", "AuditTrail"]);
    assert.deepEqual(Object.keys(JSON.parse(await shown(page, VARIABLES)).input), ["email", "password"]);
    await screenshot(page, "first-visit");
  }));

test("a second visit finds the tabs as they were left", () =>
  visit(browser, async (page) => {
    await openTab(page, "AuditTrail");
    await untilKept(page, { title: "AuditTrail" });
    await page.reload();
    await page.locator(".graphiql-tab-active", { hasText: "AuditTrail" }).waitFor();
    assert.equal(await page.locator(".graphiql-tab-button").count(), 6);
  }));

for (const colorScheme of ["light", "dark"]) {
  test(`the box signs in and the users page answers, in ${colorScheme} mode`, () =>
    visit(browser, async (page) => {
      await signIn(page);
      await page.locator("#viewer-name").waitFor();
      assert.notEqual(await page.locator("#viewer-role").textContent(), "");
      await openTab(page, "UsersPage");
      const { data, errors } = await run(page);
      assert.equal(errors, undefined);
      assert.ok(data.users.totalCount > 0 && data.users.nodes.length > 0);
      await screenshot(page, `users-page-${colorScheme}`);
    }, { colorScheme }));
}

test("the session outlives a reload of the page and not a sign-out", () =>
  visit(browser, async (page) => {
    await signIn(page);
    await page.locator("#viewer-name").waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Password").waitFor();
    await openTab(page, "UsersPage");
    const { errors } = await run(page);
    assert.equal(errors[0].extensions.code, "UNAUTHENTICATED");
  }));

test("a wrong password shows the server's sentence", () =>
  visit(browser, async (page) => {
    await signIn(page, `not ${password}`);
    await page.waitForFunction(() => document.getElementById("notice").textContent !== "");
    assert.equal(await page.locator("#viewer-name").isVisible(), false);
    await screenshot(page, "refused");
  }));

test("a sign-in in the editor signs the box in, and leaves no secret in localStorage", () =>
  visit(browser, async (page) => {
    await write(page, VARIABLES, JSON.stringify({ input: { email, password } }));
    const cleaned = JSON.stringify({ input: { email, password: "" } });
    await untilKept(page, { variables: cleaned });
    const { data } = await run(page);
    await page.locator("#viewer-name").waitFor();
    const kept = await page.evaluate(() => JSON.stringify(localStorage));
    assert.equal(JSON.parse(JSON.parse(kept)["rollcall.graphiql:queries"]).queries[0].variables, cleaned);
    assert.equal(kept.includes(password), false);
    assert.equal(kept.includes(data.signIn.session.token), false);
  }));

test("autocomplete offers mfaEnabled in a filter", () =>
  visit(browser, async (page) => {
    await write(page, QUERY, "{ users(filter: { ");
    await page.keyboard.press("Control+Space");
    await page.locator(".CodeMirror-hints .CodeMirror-hint", { hasText: "mfaEnabled" }).waitFor();
    await screenshot(page, "autocomplete");
  }));

test("the documentation shows the descriptions", () =>
  visit(browser, async (page) => {
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    const documentation = page.locator(".graphiql-doc-explorer");
    await documentation.getByText("Query", { exact: true }).click();
    await documentation.getByText("The users of the viewer's platform, a page at a time.").waitFor();
    await screenshot(page, "documentation");
  }));

test("where only users read the schema, signing in brings the documentation without a reload", () =>
  visit(browser, async (page) => {
    await signIn(page);
    await page.locator("#viewer-name").waitFor();
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).click();
    await page.getByText("The users of the viewer's platform, a page at a time.").waitFor();
    await write(page, QUERY, "{ users(filter: { ");
    await page.keyboard.press("Control+Space");
    await page.locator(".CodeMirror-hints .CodeMirror-hint", { hasText: "mfaEnabled" }).waitFor();
  }, { at: closedUrl }));

test("what was run is in the history", () =>
  visit(browser, async (page) => {
    await openTab(page, "AuditTrail");
    await run(page);
    await page.getByRole("button", { name: "Show History" }).click();
    await page.locator(".graphiql-history-item-label", { hasText: "AuditTrail" }).waitFor();
  }));

test("the explorer lists the fields of the query", () =>
  visit(browser, async (page) => {
    await openTab(page, "UsersPage");
    await page.getByRole("button", { name: "Show GraphiQL Explorer" }).click();
    await page.locator(".graphiql-explorer-root").getByText("totalCount").waitFor();
    await screenshot(page, "explorer");
  }));

test("a link shows its operation without running it", () =>
  visit(browser, async (page) => {
    await page.goto(`${url}?query=${encodeURIComponent("query Linked { viewer { id } }")}`);
    await page.locator(".graphiql-tab-active", { hasText: "Linked" }).waitFor();
    assert.equal(await shown(page, RESULT), "");
    await untilKept(page, { title: "Linked" });
    await page.reload();
    await page.locator(".graphiql-tab-active", { hasText: "Linked" }).waitFor();
    assert.equal(await page.locator(".graphiql-tab-button", { hasText: "Linked" }).count(), 1);
  }));
