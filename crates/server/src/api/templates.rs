//! The calls for templates.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::body::json;
use super::template_answer::{CreatedTemplates, TemplateList};
use super::template_body::CreateTemplate;
use crate::extract::{Caller, Json, Query, ReadTemplates, TemplatePath, WriteTemplates};
use crate::problem::Problem;
use crate::site::Site;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TemplateQuery {
    /// Only the template of this name, in each of its languages.
    #[param(example = "shop_code")]
    name: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeletionQuery {
    /// Only in this language; in all if it is left out.
    #[param(example = "pt_BR")]
    language: Option<String>,
}

pub(super) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![routes!(list, create), routes!(delete)]
}

/// List templates
///
/// Every template of your WhatsApp Business account, in each of its languages, as Meta says now:
/// whether it can be sent, what Meta thinks of it, and what to do where it cannot. Each call asks
/// Meta, which allows an account 200 an hour: do not poll it.
#[utoipa::path(
    get, path = "/v1/templates", tag = "Templates", operation_id = "listTemplates",
    params(TemplateQuery),
    responses((status = 200, description = "The templates.", body = TemplateList)),
    security(("api_key" = ["templates:read"])),
)]
async fn list(
    caller: Caller<ReadTemplates>,
    State(site): State<Site>,
    Query(query): Query<TemplateQuery>,
) -> Result<Response, Problem> {
    let listed = site.app.templates.list(caller.tenant, query.name.as_deref()).await?;
    Ok(json(StatusCode::OK, &TemplateList::from(listed.as_slice())))
}

/// Create a template
///
/// Creates an authentication template in each language. Meta looks at it, mostly within minutes:
/// until then its `status` is `pending`, and listing it says how it went. Its text is Meta's own.
///
/// In one language the template must be new. In several at once, those that exist are changed, and
/// Meta looks at them again. The server goes on sending with the template of its settings: that one
/// is never changed here, and can only be created in languages that it does not have.
#[utoipa::path(
    post, path = "/v1/templates", tag = "Templates", operation_id = "createTemplate",
    request_body = CreateTemplate,
    responses((
        status = 201, description = "It is created, and may still be `pending`.",
        body = CreatedTemplates,
    )),
    security(("api_key" = ["templates:write"])),
)]
async fn create(
    caller: Caller<WriteTemplates>,
    State(site): State<Site>,
    body: Json<CreateTemplate>,
) -> Result<Response, Problem> {
    let template = body.value.into_template();
    let name = template.name.clone();
    let created = site.app.templates.create(caller.tenant, template).await?;
    Ok(json(StatusCode::CREATED, &CreatedTemplates::new(name, created)))
}

/// Delete a template
///
/// In all its languages, or in one. Meta does not give its name back for 30 days. The template that
/// codes are sent with cannot be deleted here.
#[utoipa::path(
    delete, path = "/v1/templates/{name}", tag = "Templates", operation_id = "deleteTemplate",
    params(("name" = String, Path, description = "The template.", example = "shop_code"), DeletionQuery),
    responses((status = 204, description = "It is deleted.")),
    security(("api_key" = ["templates:write"])),
)]
async fn delete(
    caller: Caller<WriteTemplates>,
    State(site): State<Site>,
    TemplatePath(name): TemplatePath,
    Query(query): Query<DeletionQuery>,
) -> Result<StatusCode, Problem> {
    site.app.templates.delete(caller.tenant, &name, query.language.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
