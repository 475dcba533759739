/** POSTs one operation; answers the GraphQL result, and throws a sentence where there is none. */
export async function post(operation, headers) {
  const response = await fetch(location.pathname, {
    method: "POST",
    credentials: "omit",
    headers: {
      Accept: "application/graphql-response+json, application/json",
      "Content-Type": "application/json",
      ...headers,
    },
    body: JSON.stringify(operation),
  }).catch(() => {
    throw new Error("The server does not answer. Is it running?");
  });
  return response.json().catch(() => {
    throw new Error(`The server answered ${response.status} without a GraphQL result.`);
  });
}

/** What went wrong, for people: top-level errors first, then those of the payload; empty when it is done. */
export function problemsOf(result, payload) {
  const errors = [...(result.errors ?? []), ...(payload?.errors ?? [])];
  return errors.map(sentence).join(" ");
}

function sentence({ message, retryAfter }) {
  return retryAfter ? `${message} Try again in ${retryAfter} seconds.` : message;
}
