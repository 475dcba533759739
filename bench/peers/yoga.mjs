// graphql-yoga with graphql-jit and pg: resolvers and joins written by hand. It asks nobody who they are.
// BENCH_DATABASE_URL, BENCH_PLATFORM; node yoga.mjs PORT

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { createSchema, createYoga } from "graphql-yoga";
import { GraphQLScalarType } from "graphql";
import pg from "pg";
import { alertsOf, statusOf } from "./alerts.mjs";

const TIMESTAMPTZ = 1184;
pg.types.setTypeParser(TIMESTAMPTZ, (text) => text.replace(" ", "T") + ":00");

const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 16, idleTimeoutMillis: 0 });
const platform = process.env.BENCH_PLATFORM;
const policy = (await pool.query("SELECT * FROM platforms WHERE id = $1", [platform])).rows[0];
const page = readFileSync(new URL("users_page.sql", import.meta.url), "utf8");
const states = {
  ACTIVE: "u.disabled_at IS NULL AND u.activated_at IS NOT NULL",
  INVITED: "u.disabled_at IS NULL AND u.activated_at IS NULL",
  INACTIVE: "u.disabled_at IS NOT NULL",
};
const statements = new Map();

function statement(status, limit) {
  const name = `${status.join()} ${limit}`;
  const where = () => status.map((state) => `(${states[state]})`).join(" OR ");
  if (!statements.has(name)) statements.set(name, page.replace("/* status */", where()).replace("/* limit */", limit));
  return { name, text: statements.get(name) };
}

const globalId = (type, id) => Buffer.from(type + ":" + id.replaceAll("-", "")).toString("base64url");
const cursorOf = (row) => Buffer.from(JSON.stringify([row.last_name_key, row.first_name_key, row.id])).toString("base64url");

const typeDefs = /* GraphQL */ `
  scalar DateTime
  enum UserStatus { ACTIVE INVITED INACTIVE }
  enum AlertType { SECURITY_LOCKED_OUT PASSWORD_EXPIRED INVITATION_EXPIRED INVITATION_UNDELIVERABLE MFA_MISSING DORMANT }
  type Role { id: ID! name: String! }
  type Mfa { enabled: Boolean! }
  type Alert { type: AlertType! message: String! }
  type User {
    id: ID!
    email: String!
    firstName: String!
    lastName: String!
    fullName: String!
    phoneNumber: String
    timezone: String!
    status: UserStatus!
    lastLoginAt: DateTime
    disabledAt: DateTime
    createdAt: DateTime!
    updatedAt: DateTime!
    version: Int!
    role: Role!
    mfa: Mfa!
    alerts: [Alert!]!
  }
  type UserEdge { node: User! cursor: String! }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type UserConnection { edges: [UserEdge!]! pageInfo: PageInfo! }
  input UserFilter { status: [UserStatus!] }
  type Query { users(first: Int!, filter: UserFilter!): UserConnection! }
`;

const resolvers = {
  DateTime: new GraphQLScalarType({ name: "DateTime", serialize: (text) => text }),
  Query: {
    async users(_, { first, filter }) {
      const { rows } = await pool.query({ ...statement(filter.status, first + 1), values: [platform] });
      return { rows: rows.slice(0, first), more: rows.length > first };
    },
  },
  UserConnection: {
    edges: ({ rows }) => rows.map((row) => ({ node: row, cursor: cursorOf(row) })),
    pageInfo: ({ rows, more }) => ({
      hasNextPage: more,
      hasPreviousPage: false,
      startCursor: rows.length ? cursorOf(rows[0]) : null,
      endCursor: rows.length ? cursorOf(rows.at(-1)) : null,
    }),
  },
  User: {
    id: (row) => globalId("User", row.id),
    firstName: (row) => row.first_name,
    lastName: (row) => row.last_name,
    fullName: (row) => `${row.first_name} ${row.last_name}`,
    phoneNumber: (row) => row.phone_number,
    status: (row) => statusOf(row.activated_at, row.disabled_at),
    lastLoginAt: (row) => row.last_login_at,
    disabledAt: (row) => row.disabled_at,
    createdAt: (row) => row.created_at,
    updatedAt: (row) => row.updated_at,
    role: (row) => ({ id: globalId("Role", row.role_id), name: row.role_name }),
    mfa: (row) => ({ enabled: row.totp_confirmed_at !== null }),
    alerts: (row) => alertsOf(row, policy),
  },
};

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  plugins: [useGraphQlJit()],
  graphiql: false,
  logging: false,
});
createServer(yoga).listen(Number(process.argv[2]), "127.0.0.1");
