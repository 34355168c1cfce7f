import { Webhook } from "svix";

export const verify = ({ key, body, headers }) => {
  new Webhook(key).verify(body.toString(), headers);
  return true;
};

export const sign = ({ signing, body }) => {
  const now = new Date();
  return {
    "svix-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
    "svix-timestamp": String(Math.floor(now.getTime() / 1000)),
    "svix-signature": new Webhook(signing).sign("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", now, body.toString()),
  };
};
