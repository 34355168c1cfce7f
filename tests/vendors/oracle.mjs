// Asks the vendors' packages for Node: a line of JSON in, a line of JSON out.
//
// A file of `js/` is one vendor. It exports `verify(request)`, and `sign(request)` where the package can
// sign; `request` has `method`, `url`, `headers` (lower-case names), `body` (a Buffer), `key` and `now`.

import { createInterface } from "node:readline";

const vendors = new Map();

async function vendor(name) {
  if (!vendors.has(name)) vendors.set(name, await import(`./js/${name}.mjs`));
  return vendors.get(name);
}

async function answer({ vendor: name, task, request }) {
  const body = Buffer.from(request.body, "base64");
  const asked = { ...request, body };
  const { verify, sign } = await vendor(name);
  if (task === "sign") return { headers: sign ? await sign(asked) : null };
  try {
    return { genuine: (await verify(asked)) === true };
  } catch (error) {
    return { genuine: false, why: String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
