import { LinearWebhookClient } from "@linear/sdk/webhooks";

export const verify = ({ key, headers, body }) =>
  new LinearWebhookClient(key).verify(body, headers["linear-signature"]);
