import bolt from "@slack/bolt";

export const verify = ({ key, body, headers }) => {
  bolt.verifySlackRequest({ signingSecret: key, body: body.toString(), headers });
  return true;
};
