import { Webhook } from "standardwebhooks";

export const verify = ({ key, body, headers }) => {
  new Webhook(key).verify(body, headers);
  return true;
};

export const sign = ({ signing, body }) => {
  const now = new Date();
  return {
    "webhook-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": new Webhook(signing).sign("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", now, body),
  };
};
