//! Every call of `/v1`.

use utoipa_axum::router::UtoipaMethodRouter;

use super::{inbound, insights, sessions, suppressions, templates, verifications};
use crate::site::Site;

pub(crate) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    let mut routes = verifications::routes();
    routes.extend(sessions::routes());
    routes.extend(inbound::routes());
    routes.extend(suppressions::routes());
    routes.extend(insights::routes());
    routes.extend(templates::routes());
    routes
}
