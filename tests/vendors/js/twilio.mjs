import twilio from "twilio";

// As Express has them: a text, or an array where a name has several values.
function params(body) {
  const found = new URLSearchParams(body.toString());
  const value = (name) => {
    const all = found.getAll(name);
    return all.length > 1 ? all : all[0];
  };
  return Object.fromEntries([...new Set(found.keys())].map((name) => [name, value(name)]));
}

export const verify = ({ key, url, headers, body }) =>
  twilio.validateRequest(key, headers["x-twilio-signature"], url, params(body));

export const sign = ({ key, url, body }) => ({
  "X-Twilio-Signature": twilio.getExpectedTwilioSignature(key, url, params(body)),
});
