import sendgrid from "@sendgrid/eventwebhook";

export const verify = ({ key, headers, body }) => {
  const webhook = new sendgrid.EventWebhook();
  return webhook.verifySignature(
    webhook.convertPublicKeyToECDSA(key),
    body,
    headers["x-twilio-email-event-webhook-signature"],
    headers["x-twilio-email-event-webhook-timestamp"],
  );
};
