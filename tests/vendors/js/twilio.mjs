import twilio from "twilio";

const isForm = (headers) => headers["content-type"] === "application/x-www-form-urlencoded";

// As Express has them: a text, or an array where a name has several values.
function params(body) {
  const found = new URLSearchParams(body.toString());
  const value = (name) => {
    const all = found.getAll(name);
    return all.length > 1 ? all : all[0];
  };
  return Object.fromEntries([...new Set(found.keys())].map((name) => [name, value(name)]));
}

export function verify({ key, url, headers, body }) {
  const signature = headers["x-twilio-signature"];
  return isForm(headers)
    ? twilio.validateRequest(key, signature, url, params(body))
    : twilio.validateRequestWithBody(key, signature, url, body.toString());
}

// The digest of any other body is in the URL, which is all that is signed.
export const sign = ({ key, url, headers, body }) => ({
  "X-Twilio-Signature": twilio.getExpectedTwilioSignature(key, url, isForm(headers) ? params(body) : {}),
});
