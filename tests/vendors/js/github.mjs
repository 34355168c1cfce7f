import { sign as signed, verify as verified } from "@octokit/webhooks-methods";

export const verify = ({ key, body, headers }) =>
  verified(key, body.toString(), headers["x-hub-signature-256"]);

export const sign = async ({ key, body }) => ({
  "X-Hub-Signature-256": await signed(key, body.toString()),
});
