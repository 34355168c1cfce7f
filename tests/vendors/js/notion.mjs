import { signWebhookPayload, verifyWebhookSignature } from "@notionhq/client";

export const verify = ({ key, body, headers }) =>
  verifyWebhookSignature({ body, signature: headers["x-notion-signature"], verificationToken: key });

export const sign = async ({ key, body }) => ({
  "X-Notion-Signature": await signWebhookPayload({ body, verificationToken: key }),
});
