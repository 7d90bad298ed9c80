//! What the front page of a sandbox needs: a tenant that people can look at, and the address
//! that the hosted page leads back to.

use std::net::SocketAddr;

use countersign_core::app::App;
use countersign_core::id::TenantId;
use countersign_core::tenants::{Brand, BrandChange, ReturnUrl};
use countersign_server::Demo;

/// Whoever tries it out should see a shop, and not the name of a tenant.
const NAME: &str = "Example Shop";

/// The origin that a browser on this machine reaches an address under.
pub(super) fn origin(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return format!("http://127.0.0.1:{}", address.port());
    }
    format!("http://{address}")
}

/// Registers the way back to the demo. What somebody set about the tenant stays.
pub(super) async fn furnish(app: &App, origin: &str) -> anyhow::Result<()> {
    let tenant = TenantId::DEFAULT;
    let brand = app.tenants.brand(tenant).await?;
    let change = BrandChange {
        name: is_bare(&brand).then(|| NAME.to_owned()),
        return_urls: Some(return_urls(&brand, origin)),
        ..BrandChange::default()
    };
    app.tenants.change_brand(tenant, change).await?;
    Ok(())
}

fn is_bare(brand: &Brand) -> bool {
    brand.return_urls.is_empty() && brand.colour.is_none() && brand.logo.is_none()
}

/// Those of other ports go: they were those of an earlier start. From plain HTTP on another
/// machine there is no way back.
fn return_urls(brand: &Brand, origin: &str) -> Vec<String> {
    let others = brand.return_urls.iter().map(ToString::to_string);
    let others = others.filter(|address| !address.ends_with(Demo::RETURN_PATH));
    let own = format!("{origin}{}", Demo::RETURN_PATH);
    let own = ReturnUrl::parse(&own).is_ok().then_some(own);
    own.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use countersign_core::tenants::TenantName;

    use super::*;

    #[test]
    fn a_sandbox_is_told_where_a_browser_finds_it() {
        let origin = |text: &str| super::origin(text.parse().unwrap());

        assert_eq!(origin("127.0.0.1:3000"), "http://127.0.0.1:3000");
        assert_eq!(origin("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(origin("[::1]:3000"), "http://[::1]:3000");
    }

    #[test]
    fn ways_back_of_an_earlier_start_go_and_others_stay() {
        let brand = Brand::of(&TenantName::parse("default").unwrap());
        let registered = ["http://127.0.0.1:3999/demo/return", "https://shop.example/back"];
        let change = BrandChange {
            return_urls: Some(registered.map(str::to_owned).to_vec()),
            ..BrandChange::default()
        };
        let brand = brand.change(change).unwrap();

        let addresses = return_urls(&brand, "http://127.0.0.1:3000");

        assert_eq!(addresses, ["http://127.0.0.1:3000/demo/return", "https://shop.example/back"]);
        assert_eq!(return_urls(&brand, "http://192.0.2.1:3000"), ["https://shop.example/back"]);
        assert!(!is_bare(&brand));
    }
}
