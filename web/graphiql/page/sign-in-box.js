import { post, problemsOf } from "./api.js";
import { learn, listen, refresh, signOut } from "./session.js";

const SIGN_IN_PAYLOAD = "session { token } challenge { kind token } errors { message retryAfter }";
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${SIGN_IN_PAYLOAD} } }`;
const VERIFY_MFA = `mutation VerifyMfa($input: VerifyMfaInput!) { verifyMfa(input: $input) { ${SIGN_IN_PAYLOAD} } }`;

const ANSWERED_BY = {
  MFA_ENROLLMENT: "beginMfaEnrollment and confirmMfaEnrollment",
  PASSWORD_CHANGE: "replaceExpiredPassword",
};

const element = (id) => document.getElementById(id);
let challengeToken = null;

export function openSignInBox() {
  const { email, password } = element("password-form").elements;
  email.value = document.documentElement.dataset.demoEmail;
  onSubmit("password-form", async () => {
    await ask(SIGN_IN, "signIn", { email: email.value, password: password.value });
    password.value = "";
  });
  const { code } = element("code-form").elements;
  onSubmit("code-form", async () => {
    await ask(VERIFY_MFA, "verifyMfa", { challengeToken, code: code.value.trim() });
    code.value = "";
  });
  element("code-cancel").addEventListener("click", refresh);
  element("sign-out").addEventListener("click", signOut);
  listen(show);
}

function onSubmit(id, send) {
  const form = element(id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    say("");
    await send().catch((error) => say(error.message));
    button.disabled = false;
  });
}

async function ask(query, field, input) {
  const operation = { query, variables: { input } };
  const result = await post(operation);
  const problems = problemsOf(result, result.data?.[field]);
  if (problems) say(problems);
  else await learn(operation, result);
}

function show({ viewer, challenge = null, notice = "" }) {
  const wantsCode = challenge?.kind === "MFA_CODE";
  challengeToken = wantsCode ? challenge.token : null;
  element("viewer").hidden = !viewer || wantsCode;
  element("code-form").hidden = !wantsCode;
  element("password-form").hidden = Boolean(viewer) || wantsCode;
  if (viewer) name(viewer);
  if (wantsCode) element("code-form").elements.code.focus();
  say(challenge && !wantsCode ? explain(challenge) : notice);
}

function name(viewer) {
  element("viewer-initials").textContent = viewer.initials;
  element("viewer-name").textContent = viewer.fullName;
  element("viewer-role").textContent = `${viewer.role.name} · ${viewer.platform.name}`;
}

function explain({ kind }) {
  return `The server asks for ${kind}: run SignIn below and answer its challenge with ${ANSWERED_BY[kind]}.`;
}

function say(sentence) {
  element("notice").textContent = sentence;
}
