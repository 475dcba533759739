// PostGraphile 5 at its best: tables as they are, computed fields as JavaScript plans. It asks nobody who they are.
// BENCH_DATABASE_URL, BENCH_PLATFORM; node postgraphile.mjs PORT

import { createServer } from "node:http";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { lambda, object } from "postgraphile/grafast";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { addPgTableCondition, extendSchema } from "postgraphile/utils";
import { alertsOf, statusOf } from "./alerts.mjs";

const client = new pg.Client({ connectionString: process.env.BENCH_DATABASE_URL });
await client.connect();
const policy = (await client.query("SELECT * FROM platforms WHERE id = $1", [process.env.BENCH_PLATFORM])).rows[0];
await client.end();

const OWN = ["email", "activated_at", "disabled_at", "last_login_at", "failed_sign_ins", "locked_at", "password_changed_at", "totp_confirmed_at"];

const status = addPgTableCondition({ schemaName: "public", tableName: "users" }, "status", (build) => {
  const { sql, graphql } = build;
  const states = {
    ACTIVE: (t) => sql`(${t}.disabled_at is null and ${t}.activated_at is not null)`,
    INVITED: (t) => sql`(${t}.disabled_at is null and ${t}.activated_at is null)`,
    INACTIVE: (t) => sql`(${t}.disabled_at is not null)`,
  };
  return {
    type: new graphql.GraphQLList(new graphql.GraphQLNonNull(graphql.GraphQLString)),
    apply($condition, value) {
      if (value) $condition.where(sql.join(value.map((state) => states[state]($condition.alias)), " or "));
    },
  };
});

const computed = extendSchema({
  typeDefs: /* GraphQL */ `
    type Mfa { enabled: Boolean! }
    type Alert { type: String! message: String! }
    extend type User { fullName: String! status: String! mfa: Mfa! alerts: [Alert!]! }
  `,
  objects: {
    User: {
      plans: {
        fullName: ($user) => lambda([$user.get("first_name"), $user.get("last_name")], ([first, last]) => `${first} ${last}`, true),
        status: ($user) => lambda([$user.get("activated_at"), $user.get("disabled_at")], ([activated, disabled]) => statusOf(activated, disabled), true),
        mfa: ($user) => object({ enabled: lambda($user.get("totp_confirmed_at"), (at) => at !== null, true) }),
        alerts($user) {
          const $invitation = $user.singleRelation("invitationsByTheirUserId");
          const $mail = $invitation.singleRelation("mailsByMyMailId");
          const $facts = object({
            ...Object.fromEntries(OWN.map((column) => [column, $user.get(column)])),
            expires_at: $invitation.get("expires_at"),
            mail_state: $mail.get("state"),
          });
          return lambda($facts, (facts) => alertsOf(facts, policy), true);
        },
      },
    },
  },
});

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [status, computed],
  pgServices: [makePgService({ connectionString: process.env.BENCH_DATABASE_URL, schemas: ["public"], poolConfig: { max: 16, idleTimeoutMillis: 0 } })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  grafast: { explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.argv[2]), "127.0.0.1");
