import { verifyWebhook } from "@clerk/backend/webhooks";

export const verify = async ({ key, url, body, headers }) => {
  const request = new Request(url, { method: "POST", headers, body });
  await verifyWebhook(request, { signingSecret: key });
  return true;
};
