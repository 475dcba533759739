import assert from "node:assert/strict";
import { format } from "node:util";

/** The way to a server: what a client sends through it is counted, and carries the session's token. */
export class Wire {
  readonly sent: string[] = [];
  private token = "";
  private held: Promise<void> = Promise.resolve();

  constructor(readonly send: typeof fetch = fetch) {}

  /** From here on with this session; counts anew. */
  signedIn(session: { token: string } | null | undefined): void {
    assert.ok(session, "nobody was signed in");
    this.token = session.token;
    this.sent.length = 0;
  }

  /** From here on without a session. */
  signedOut(): void {
    this.token = "";
  }

  /** From here on nothing is sent, until the function that this gives is called. */
  hold(): () => void {
    let deliver = () => {};
    this.held = new Promise((resolve) => (deliver = resolve));
    return deliver;
  }

  readonly fetch: typeof fetch = async (address, options) => {
    await this.held;
    this.sent.push(JSON.parse(String(options?.body)).operationName);
    const headers = new Headers(options?.headers);
    if (this.token) headers.set("Authorization", `Bearer ${this.token}`);
    return this.send(address, { ...options, headers });
  };
}

/** Runs the steps; gives what the clients complained about on the console meanwhile. */
export async function complaints(steps: () => Promise<void>): Promise<string[]> {
  const heard: string[] = [];
  const { warn, error } = console;
  console.warn = console.error = (...words: unknown[]) => void heard.push(format(...words));
  try {
    await steps();
  } finally {
    Object.assign(console, { warn, error });
  }
  return heard;
}
