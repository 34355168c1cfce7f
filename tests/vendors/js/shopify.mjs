import "@shopify/shopify-api/adapters/node";
import { ApiVersion, LogSeverity, shopifyApi } from "@shopify/shopify-api";

const configured = (key) =>
  shopifyApi({
    apiKey: "none",
    apiSecretKey: key,
    hostName: "hooks.example.com",
    apiVersion: Object.values(ApiVersion)[0],
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error },
  });

export const verify = async ({ key, method, url, body, headers }) => {
  const rawRequest = { method, url, headers };
  const { valid } = await configured(key).webhooks.validate({ rawBody: body.toString(), rawRequest });
  return valid;
};
