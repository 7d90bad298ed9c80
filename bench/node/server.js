// Phone verification as a sample would have it: Express, everything in memory, nothing durable.
// With UPSTREAM set, each start waits for the provider's answer before it is answered itself.

import {
  createHash,
  createHmac,
  randomBytes,
  randomInt,
  randomUUID,
  timingSafeEqual,
} from "node:crypto";
import http from "node:http";
import express from "express";

const { API_KEY = "", PORT = "4003", UPSTREAM } = process.env;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ATTEMPTS = 3;

const codeKey = randomBytes(32);
const apiKeys = new Set([sha256(API_KEY)]);
const verifications = new Map();
const limits = new Map();
const answers = new Map();
const upstream = new http.Agent({ keepAlive: true, maxSockets: 64 });

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.get("/healthz", (_request, response) => response.send("ok"));
app.use(express.json());
app.use(authenticate);
app.post("/v1/verifications", start);
app.post("/v1/verifications/:id/check", check);
app.listen(Number(PORT), "127.0.0.1");

function authenticate(request, response, next) {
  const [scheme, key] = (request.headers.authorization ?? "").split(" ");
  if (scheme !== "Bearer" || !apiKeys.has(sha256(key ?? ""))) {
    return response.status(401).json({ code: "unauthorized" });
  }
  next();
}

async function start(request, response) {
  const key = request.headers["idempotency-key"];
  if (key && answers.has(key)) {
    return response.status(201).json(answers.get(key));
  }
  const { phone, client } = request.body;
  if (!/^\+[1-9]\d{7,14}$/.test(phone)) {
    return response.status(400).json({ code: "invalid_phone" });
  }
  const now = Date.now();
  const isAllowed =
    allow(`cooldown:${phone}`, 1, MINUTE_MS, now) &&
    allow(`day:${phone}`, 5, 24 * HOUR_MS, now) &&
    allow(`ip:${client?.ip}`, 10, HOUR_MS, now);
  if (!isAllowed) {
    return response.status(429).json({ code: "rate_limited" });
  }

  const id = `ver_${randomUUID()}`;
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const expiresAt = now + 5 * MINUTE_MS;
  verifications.set(id, {
    phone,
    hash: hash(id, code),
    status: "pending",
    attemptsLeft: ATTEMPTS,
    expiresAt,
  });
  if (UPSTREAM) {
    await send(phone, code);
  }

  const answer = {
    id,
    status: "pending",
    method: "code",
    phone,
    channel: "whatsapp",
    purpose: "login",
    expires_at: new Date(expiresAt).toISOString(),
    resend_at: new Date(now + MINUTE_MS).toISOString(),
    attempts_left: ATTEMPTS,
    // For the load generator, which has no phone to read it from.
    code,
  };
  if (key) {
    answers.set(key, answer);
  }
  response.status(201).json(answer);
}

function check(request, response) {
  const { id } = request.params;
  const verification = verifications.get(id);
  if (!verification) {
    return response.status(404).json({ code: "verification_not_found" });
  }
  const outcome = attempt(verification, hash(id, String(request.body.code)));
  response.json({
    status: verification.status,
    outcome,
    attempts_left: verification.attemptsLeft,
  });
}

function attempt(verification, given) {
  if (verification.status !== "pending") {
    return verification.status;
  }
  if (Date.now() >= verification.expiresAt) {
    verification.status = "expired";
    return "expired";
  }
  if (timingSafeEqual(given, verification.hash)) {
    verification.status = "approved";
    return "approved";
  }
  verification.attemptsLeft -= 1;
  if (verification.attemptsLeft === 0) {
    verification.status = "exhausted";
    return "exhausted";
  }
  return "wrong_code";
}

function allow(key, most, windowMs, now) {
  const limit = limits.get(key);
  if (!limit || limit.resetsAt <= now) {
    limits.set(key, { count: 1, resetsAt: now + windowMs });
    return true;
  }
  limit.count += 1;
  return limit.count <= most;
}

function send(phone, code) {
  const body = JSON.stringify({
    messaging_product: "whatsapp",
    to: phone.slice(1),
    type: "template",
    template: {
      name: "login_code",
      language: { code: "en" },
      components: [{ type: "body", parameters: [{ type: "text", text: code }] }],
    },
  });
  const headers = { "content-type": "application/json", "content-length": body.length };
  const options = { method: "POST", agent: upstream, headers };
  return new Promise((resolve, reject) => {
    const request = http.request(`${UPSTREAM}/v25.0/1/messages`, options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function hash(id, code) {
  return createHmac("sha256", codeKey).update(id).update(code).digest();
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}
