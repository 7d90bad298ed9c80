//! The catalogue of problems, each where its `type` points.

use std::fmt::Write;

use super::text::{escape, line};
use crate::problem::Kind;

pub(super) fn section() -> String {
    let mut html = String::from(
        "<section aria-labelledby=\"problems\"><h2 id=\"problems\">Problems</h2>\n\
         <p>A refusal is an <code>application/problem+json</code> document (RFC 9457). Its \
         <code>code</code> never changes; its <code>detail</code> says what to do; its \
         <code>request_id</code> is in the log too.</p>\n",
    );
    for kind in Kind::ALL {
        let _ = write!(
            html,
            "<section class=\"problem\" aria-labelledby=\"{code}\"><h3 id=\"{code}\"><code>{code}</code> \
             <small>{status}</small></h3>\n<p><b>{}.</b> {}</p></section>\n",
            escape(kind.title()),
            line(kind.advice()),
            code = kind.code(),
            status = kind.status().as_u16(),
        );
    }
    html.push_str("</section>\n");
    html
}
