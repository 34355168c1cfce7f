import OpenAI from "openai";

const { webhooks } = new OpenAI({ apiKey: "none" });

export const verify = async ({ key, body, headers }) => {
  await webhooks.verifySignature(body.toString(), headers, key);
  return true;
};
