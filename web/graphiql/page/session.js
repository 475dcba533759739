import { post, problemsOf } from "./api.js";

// sessionStorage: gone with the browser's tab, and never sent by the browser itself.
const KEY = "rollcall.session";
const VIEWER = "query Viewer { viewer { fullName initials role { name } platform { name } } }";
const SIGN_OUT = "mutation SignOut { signOut { errors { message } } }";

let viewer = null;
const listeners = [];
const tell = (state) => listeners.forEach((listener) => listener(state));

/** Calls `listener({ viewer, challenge, notice })` whenever who is signed in may have changed. */
export function listen(listener) {
  listeners.push(listener);
}

export function authorization() {
  const token = sessionStorage.getItem(KEY);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Asks the server whose session is kept here, and forgets a session that has ended. */
export async function refresh() {
  const notice = sessionStorage.getItem(KEY) ? await askForViewer().catch((error) => error.message) : "";
  tell({ viewer, notice });
}

async function askForViewer() {
  const result = await post({ query: VIEWER }, authorization());
  viewer = result.data?.viewer ?? null;
  if (viewer) return "";
  if (!result.data && !isUnauthenticated(result)) return problemsOf(result);
  sessionStorage.removeItem(KEY);
  return "The session has ended.";
}

export async function signOut() {
  const notice = await post({ query: SIGN_OUT }, authorization())
    .then((result) => problemsOf(result, result.data?.signOut))
    .catch((error) => error.message);
  sessionStorage.removeItem(KEY);
  viewer = null;
  tell({ viewer, notice });
}

/** Takes a new session or a challenge out of any result, whether the box or the editor asked for it. */
export async function learn(operation, result) {
  const payloads = Object.values(result.data ?? {});
  const started = payloads.find((payload) => payload?.session?.token);
  const challenged = payloads.find((payload) => payload?.challenge?.token);
  if (started) {
    sessionStorage.setItem(KEY, started.session.token);
    await refresh();
  } else if (challenged) {
    tell({ viewer, challenge: challenged.challenge });
  } else if (sessionStorage.getItem(KEY) && mayHaveEnded(operation, result)) {
    await refresh();
  }
}

function mayHaveEnded(operation, result) {
  return isUnauthenticated(result) || /\bsignOut\b/.test(operation.query);
}

function isUnauthenticated(result) {
  return (result.errors ?? []).some((error) => error.extensions?.code === "UNAUTHENTICATED");
}
