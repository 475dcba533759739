// What needs attention about a user: the same rules and words as Rollcall's models/alerts.py.
// Times are as PostgreSQL prints them; they are parsed only where a rule asks for them.

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

export function statusOf(activatedAt, disabledAt) {
  if (disabledAt !== null) return "INACTIVE";
  return activatedAt === null ? "INVITED" : "ACTIVE";
}

export function alertsOf(user, policy, now = Date.now()) {
  const found = [];
  const status = statusOf(user.activated_at, user.disabled_at);
  if (user.locked_at !== null) {
    const ends = policy.lockout_minutes ? Date.parse(user.locked_at) + policy.lockout_minutes * MINUTE : null;
    if (ends === null || ends > now) {
      const end = ends ? `until ${new Date(ends).toISOString().slice(0, 16).replace("T", " ")} UTC` : "until an administrator unlocks it";
      found.push({ type: "SECURITY_LOCKED_OUT", message: `Locked after ${user.failed_sign_ins} failed sign-ins, ${end}.` });
    }
  }
  const days = policy.password_max_age_days;
  if (days && user.disabled_at === null && user.password_changed_at !== null && Date.parse(user.password_changed_at) + days * DAY <= now)
    found.push({ type: "PASSWORD_EXPIRED", message: `The password is older than ${days} days.` });
  if (status === "INVITED") {
    if (user.mail_state === "FAILED")
      found.push({ type: "INVITATION_UNDELIVERABLE", message: `The invitation could not be delivered to ${user.email}.` });
    if (user.expires_at !== null && Date.parse(user.expires_at) <= now)
      found.push({ type: "INVITATION_EXPIRED", message: "The invitation ran out before the set-up was completed." });
  }
  if (status === "ACTIVE") {
    if (policy.mfa_required && user.totp_confirmed_at === null)
      found.push({ type: "MFA_MISSING", message: "The platform requires MFA and the user has none." });
    const dormant = policy.dormant_after_days;
    if (dormant && user.last_login_at !== null && Date.parse(user.last_login_at) + dormant * DAY <= now)
      found.push({ type: "DORMANT", message: `Has not signed in for more than ${dormant} days.` });
  }
  return found;
}
