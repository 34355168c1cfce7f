import { Resend } from "resend";

const { webhooks } = new Resend("re_none");

export const verify = ({ key, body, headers }) => {
  webhooks.verify({
    payload: body.toString(),
    headers: {
      id: headers["svix-id"],
      timestamp: headers["svix-timestamp"],
      signature: headers["svix-signature"],
    },
    webhookSecret: key,
  });
  return true;
};
