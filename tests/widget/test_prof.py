import pytest, time
from playwright.sync_api import expect
pytestmark = pytest.mark.browser
@pytest.mark.parametrize("block",[False,True,False,True])
def test_prof(shopfront, block):
    if block: shopfront.context.route("**/faces/*.svg", lambda r: r.abort())
    for i in range(3):
        t=time.time(); page=shopfront.visit(); t1=time.time(); expect(page.locator("peerside-widget .l")).to_be_visible(); t2=time.time()
        page.locator("peerside-widget .l").click(); t3=time.time()
        frame = page.frame_locator("peerside-widget iframe")
        expect(frame.locator("#intro")).to_be_visible(); t4=time.time()
        print("PROF", block, "visit %.2f launcher %.2f click %.2f intro %.2f"%(t1-t,t2-t1,t3-t2,t4-t3))
        [f]=[f for f in page.frames if "/frame/" in f.url]
        if i==2: print("PROF", f.evaluate("JSON.stringify(performance.getEntriesByType('resource').map(r=>[r.name.split('/').pop(),Math.round(r.startTime),Math.round(r.duration)]))"), f.evaluate("JSON.stringify(performance.getEntriesByType('navigation').map(r=>[r.responseEnd,r.domInteractive,r.loadEventEnd]))"))
        page.close()
