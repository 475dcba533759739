// One Chromium for all tests; every page is watched for errors and for requests to other hosts.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

export const url = required("ROLLCALL_BROWSER_URL");
/** Of a server whose schema only users may read. */
export const closedUrl = required("ROLLCALL_BROWSER_CLOSED_URL");
export const email = required("ROLLCALL_BROWSER_EMAIL");
export const password = required("ROLLCALL_BROWSER_PASSWORD");

const SCREENSHOTS = process.env.ROLLCALL_BROWSER_SCREENSHOTS ?? new URL("screenshots", import.meta.url).pathname;
const HOST = new URL(url).hostname;

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A foreign host would fail to resolve, and so be a console error as well.
  `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${HOST}`,
];

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with \`make browser\`.`);
  return value;
}

export function launch() {
  // Chromium's own sandbox cannot run as root in a container; the page under test is ours.
  return chromium.launch({
    executablePath: process.env.ROLLCALL_CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: false,
    args: FLAGS,
  });
}

/** A first visit: empty storage. Fails afterwards on any console error or request to another origin. */
export async function visit(browser, steps, { at = url, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const seen = { errors: [], addresses: [] };
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  context.on("request", (request) => seen.addresses.push(request.url()));
  page.setDefaultTimeout(15_000);
  try {
    await page.goto(at);
    await page.locator(".graphiql-container").waitFor();
    await steps(page);
  } finally {
    await context.close();
  }
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.addresses.filter((address) => isForeign(address, at)), []);
}

const isForeign = (address, at) => !address.startsWith("data:") && new URL(address).origin !== new URL(at).origin;

export async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
}
