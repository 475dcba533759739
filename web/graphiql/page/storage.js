// GraphiQL keeps its tabs and history in localStorage; this keeps secrets and headers out of there.
const SECRET = /\b(\w*password|\w*token|code)("?\s*:\s*)(?:"""[\s\S]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?)/gi;

export function withoutSecrets(text) {
  return text.replace(SECRET, '$1$2""');
}

/** Documents and variables are strings inside of GraphiQL's own JSON, or stand alone. */
function cleaned(value) {
  try {
    return JSON.stringify(JSON.parse(value, cleanEntry));
  } catch {
    return withoutSecrets(value);
  }
}

function cleanEntry(key, value) {
  if (key === "headers") return null;
  if (key === "query" || key === "variables") return value && withoutSecrets(value);
  return value;
}

// Another GraphiQL may have been served from this origin before: 127.0.0.1:8000 is a popular address.
const OWN = "rollcall.";
const HOLDS_ENTRIES = ["graphiql:tabState", "graphiql:queries", "graphiql:favorites"];

function setItem(key, value) {
  localStorage.setItem(OWN + key, HOLDS_ENTRIES.includes(key) ? cleaned(value) : withoutSecrets(value));
}

const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(OWN));

export const storage = {
  getItem: (key) => localStorage.getItem(OWN + key),
  setItem,
  removeItem: (key) => localStorage.removeItem(OWN + key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};
