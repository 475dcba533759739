SELECT u.id, u.email, u.first_name, u.last_name, u.phone_number, u.timezone,
       u.activated_at, u.disabled_at, u.last_login_at, u.created_at, u.updated_at, u.version,
       u.failed_sign_ins, u.locked_at, u.password_changed_at, u.totp_confirmed_at,
       u.last_name_key, u.first_name_key,
       r.id AS role_id, r.name AS role_name, i.expires_at, m.state AS mail_state
FROM users u
JOIN roles r ON r.id = u.role_id
LEFT JOIN invitations i ON i.user_id = u.id
LEFT JOIN mails m ON m.id = i.mail_id
WHERE u.platform_id = $1 AND (/* status */)
ORDER BY u.last_name_key, u.first_name_key, u.id
LIMIT /* limit */
