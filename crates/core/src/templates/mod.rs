//! Authentication templates: the texts into which a provider lets us put a code, once it has
//! looked at them.
//!
//! They are kept by the provider, behind the [`TemplateKeeper`] port. [`Templates`] lists, creates
//! and deletes them for tenants, and hears what the provider decides about them; what is known of
//! those in use is in [`KnownTemplates`], for whoever picks the language of a message. Nothing
//! here is stored.

mod keeper;
mod known;
mod new;
mod notice;
mod service;
mod template;

pub use keeper::{KeeperError, TemplateKeeper};
pub use known::KnownTemplates;
pub use new::{AndroidApp, Button, CreatedTemplate, NewTemplate};
pub use notice::{TemplateNews, TemplateNotice};
pub use service::{Listed, TemplateError, TemplateParts, Templates};
pub use template::{Rejection, Template, TemplateQuality, TemplateStatus, is_template_name};
